"""The search of a frame against its plain twin, against statistics, and against the Cramer-Rao bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats

from launchwatch.physics.imaging import Detector, Spots, detection_threshold, find_spots
from launchwatch.physics.imaging import _kernels as kernels
from launchwatch.physics.imaging.detector import pixel_shares
from launchwatch.physics.imaging.spots import _middle, _thresholds

from .plain import passing, ratio_map

DETECTOR = Detector(psf_sigma_px=0.5, window_px=11, guard_px=5, false_alarm_probability=1e-6)


def draws(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


def source(shape: tuple[int, int], row: float, column: float, flux: float, sigma: float) -> np.ndarray:
    """A Gaussian source integrated by the pixels of a frame."""
    down = pixel_shares(np.arange(shape[0]), row, sigma)
    along = pixel_shares(np.arange(shape[1]), column, sigma)
    return flux * down[:, None] * along[None, :]


def searched(frame: np.ndarray, detector: Detector, valid: np.ndarray) -> np.ndarray:
    """The compiled search as a map."""
    found = np.zeros(frame.shape, dtype=bool)
    rows, columns = kernels.search(
        frame,
        valid,
        _middle(frame, valid),
        detector.taps(),
        detector.window_px // 2,
        detector.guard_px // 2,
        _thresholds(detector),
        detector.noise_floor,
    )
    found[rows, columns] = True
    return found


@settings(max_examples=150)
@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    half_window=st.integers(3, 9),
    half_guard=st.integers(2, 4),
    level=st.sampled_from([0.0, 300.0, -1e4]),
    bad=st.sampled_from([0.0, 0.02, 0.5, 1.0]),
    floor=st.sampled_from([0.0, 1.5]),
    double=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_search_agrees_with_its_plain_twin(
    shape: tuple[int, int], half_window: int, half_guard: int, level: float, bad: float, floor: float, double: bool,
    seed: int,
) -> None:  # fmt: skip
    guard = min(half_guard, half_window - 1)
    detector = Detector(0.5, 2 * half_window + 1, 2 * guard + 1, 0.02, noise_floor=floor)
    g = draws(seed)
    frame = (level + g.standard_normal(shape)).astype(np.float64 if double else np.float32)
    frame[g.random(shape) < bad / 2] = np.nan
    valid = g.random(shape) >= bad / 2
    plain, off = passing(frame, detector, valid)
    # a pixel within single precision of its threshold may fall either way: rows are kept as float32, 4e-4 at 1e4
    close = np.abs(off) < (2e-3 if abs(level) > 1e3 else 1e-4)
    assert np.array_equal(searched(frame, detector, valid) & ~close, plain & ~close)


def test_ratio_agrees_with_the_plain_twin() -> None:
    frame = 300.0 + draws(5).standard_normal((60, 70)) + source((60, 70), 30.2, 40.4, 60.0, 0.5)
    valid = draws(6).random(frame.shape) > 0.03
    spots = find_spots(frame, DETECTOR, valid)
    ratio, n = ratio_map(frame, DETECTOR, valid)
    assert len(spots) == 1
    at = spots.peak_row[0], spots.peak_column[0]
    assert at == (30, 40)
    # both are sums of some 100 float64 terms
    assert spots.snr[0] == pytest.approx(ratio[at], rel=1e-9)
    assert spots.threshold_snr[0] == pytest.approx(float(detection_threshold(1e-6, n[at])), rel=1e-12)


@settings(max_examples=60)
@given(st.integers(1, 25), st.integers(1, 25), st.sampled_from([0.05, 0.3, 0.6]), st.integers(0, 2**32))
def test_grouping_agrees_with_scipy(rows: int, columns: int, part: float, seed: int) -> None:
    found = draws(seed).random((rows, columns)) < part
    labels, count = ndimage.label(found, np.ones((3, 3)))
    where = np.nonzero(found)
    ours = kernels.group(where[0], where[1], columns)
    assert len(set(ours.tolist())) == count
    assert len(set(zip(ours.tolist(), labels[where].tolist(), strict=True))) == count


@pytest.mark.parametrize(("window", "guard"), [(7, 5), (11, 5), (21, 9)])
def test_false_alarm_probability_is_the_stated_one(window: int, guard: int) -> None:
    # Pixels share references, but each one's own probability is exact; the count of 4e6 scatters a little more than
    # Poisson's for it: filtered neighbours correlate. Five standard deviations of twice the Poisson variance.
    detector = Detector(0.5, window, guard, 1e-3)
    frame = (280.0 + 0.1 * draws(1).standard_normal((2000, 2000))).astype(np.float32)
    count = searched(frame, detector, np.ones(frame.shape, dtype=bool)).sum()
    assert count == pytest.approx(4e3, abs=5.0 * np.sqrt(2.0 * 4e3))


def test_false_alarm_probability_with_bad_pixels() -> None:
    detector = Detector(0.5, 9, 5, 1e-3)
    frame = draws(2).standard_normal((1000, 1000)).astype(np.float32)
    valid = draws(3).random(frame.shape) > 0.2
    count = searched(frame, detector, valid).sum()
    expected = 1e-3 * valid.sum()
    assert count == pytest.approx(expected, abs=5.0 * np.sqrt(2.0 * expected))  # as above


def test_threshold_is_students_and_ends_at_the_gaussian_one() -> None:
    # stdtrit inverts to 1e-12; with 1e9 pixels the laws differ by a relative 1e-8
    assert detection_threshold(1e-7, [25, 97]) == pytest.approx(stats.t.isf(1e-7, [24, 96]), rel=1e-10)
    assert float(detection_threshold(1e-7, 10**9)) == pytest.approx(stats.norm.isf(1e-7), rel=1e-6)
    assert np.all(np.isinf(detection_threshold(1e-3, [0, 1])))


def test_detection_probability_is_that_of_a_shifted_student() -> None:
    # a source in the middle of a pixel: the ratio follows Student's noncentral law, 4000 sources, 4 sd of a binomial
    flux, detector = 8.0, Detector(0.5, 11, 5, 1e-4)
    taps = detector.taps()
    g, seen = draws(4), 0
    tile = 25
    shape = (40 * tile, 100 * tile)
    frame = g.standard_normal(shape)
    stamp = source((tile, tile), 12.0, 12.0, flux, 0.5)
    frame += np.tile(stamp, (40, 100))
    passed = searched(frame, detector, np.ones(shape, dtype=bool))
    seen = int(passed[12::tile, 12::tile].sum())
    power, weight, n = np.sum(taps**2) ** 2, np.sum(taps) ** 2, detector.references
    shift = flux * power / np.sqrt(power + weight**2 / n)
    p = float(stats.nct.sf(float(detection_threshold(1e-4, n)), n - 1, shift))
    assert 0.2 < p < 0.95
    assert seen == pytest.approx(4000 * p, abs=4.0 * np.sqrt(4000 * p * (1.0 - p)))


def many_sources(flux: float, sigma: float, count: int, seed: int) -> tuple[Spots, np.ndarray]:
    """Spots of sources one to a tile, and (count, 2) true positions in the order of the spots."""
    tile, wide = 31, 50
    g = draws(seed)
    offsets = g.uniform(-0.5, 0.5, (count, 2))
    frame = g.standard_normal((tile * -(-count // wide), tile * wide))
    truth = np.empty((count, 2))
    for k in range(count):
        corner = np.array([k // wide, k % wide]) * tile
        truth[k] = corner + 15 + offsets[k]
        r, c = corner
        frame[r : r + tile, c : c + tile] += source((tile, tile), *(15 + offsets[k]), flux, sigma)
    guard = 2 * max(1, int(np.ceil(3 * sigma - 0.5))) + 3
    spots = find_spots(frame, Detector(sigma, guard + 8, guard, 1e-7))
    near = np.column_stack([spots.row, spots.column])
    owner = np.array([np.argmin(np.sum((truth - one) ** 2, axis=1)) for one in near])
    return spots, truth[owner]


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.2])
@pytest.mark.parametrize("snr", [15.0, 40.0])
def test_centroid_and_flux_reach_the_cramer_rao_bound(sigma: float, snr: float) -> None:
    detector = Detector(sigma, 31, 15, 1e-7)
    flux = snr / float(np.sum(detector.taps() ** 2))
    spots, truth = many_sources(flux, sigma, 1500, 11)
    assert len(spots) >= 1490
    for ours, stated, true in (
        (spots.row, spots.sigma_row, truth[:, 0]),
        (spots.column, spots.sigma_column, truth[:, 1]),
        (spots.flux, spots.sigma_flux, np.full(len(truth), flux)),
    ):
        pull = (ours - true) / stated
        # The stated deviation is the bound itself. 1500 pulls: their spread is known to 1.8 %, the mean to 0.026; a
        # fit of a curved model at SNR 15 may stay a few per cent above the bound. The noise of each ring is itself
        # known to 6 %, which widens the pulls by another 0.5 %.
        assert np.std(pull) == pytest.approx(1.0, abs=0.09)
        assert abs(np.mean(pull)) < 0.13


def test_bound_is_that_of_the_information_matrix() -> None:
    # numerical derivatives of the model over the pixels of the fit; steps of 1e-5 px leave 1e-8
    sigma, flux = 0.7, 500.0
    frame = draws(9).standard_normal((41, 41)) + source((41, 41), 20.3, 19.8, flux, sigma)
    detector = Detector(sigma, 31, 9, 1e-7)
    spot = find_spots(frame, detector)
    assert len(spot) == 1
    at = np.array([spot.row[0], spot.column[0], spot.flux[0]])
    reach = detector.guard_px // 2
    r, c = int(spot.peak_row[0]), int(spot.peak_column[0])

    def model(p: np.ndarray) -> np.ndarray:
        return source((41, 41), *p, sigma)[r - reach : r + reach + 1, c - reach : c + reach + 1].ravel()

    steps = np.diag([1e-5, 1e-5, 1e-3])
    slopes = np.column_stack([(model(at + s) - model(at - s)) / (2.0 * s.sum()) for s in steps])
    n = detector.references
    noise = spot.noise[0] ** 2 * (np.eye(len(slopes)) + 1.0 / n)  # the error of the mean is common to all pixels
    inverse = np.linalg.inv(slopes.T @ slopes) @ slopes.T
    bound = np.sqrt(np.diag(inverse @ noise @ inverse.T))
    ours = [spot.sigma_row[0], spot.sigma_column[0], spot.sigma_flux[0]]
    assert ours == pytest.approx(bound, rel=1e-5)


@settings(max_examples=40)
@given(st.floats(0.25, 4.0), st.integers(0, 2**32))
def test_ratio_does_not_change_with_level_and_scale(scale: float, seed: int) -> None:
    frame = draws(seed).standard_normal((40, 40)) + source((40, 40), 20.0, 20.0, 40.0, 0.5)
    one = find_spots(frame, DETECTOR)
    other = find_spots(frame * scale + 50.0, DETECTOR)
    # float64 frames; the sums lose some digits to the level
    assert other.snr == pytest.approx(one.snr, rel=1e-8)
    assert other.flux == pytest.approx(one.flux * scale, rel=1e-6)
    assert other.row == pytest.approx(one.row, abs=1e-6)


def test_a_hot_neighbour_far_along_the_row_leaves_no_trace() -> None:
    frame = draws(8).standard_normal((50, 400)).astype(np.float32)
    before = searched(frame, Detector(0.5, 11, 5, 1e-2), np.ones(frame.shape, dtype=bool))
    frame[25, 3] = 1e5  # running sums of squares carry 1e10 along: 1e-16 of it must not be seen
    after = searched(frame, Detector(0.5, 11, 5, 1e-2), np.ones(frame.shape, dtype=bool))
    assert np.array_equal(before[:, 20:], after[:, 20:])


def test_an_even_frame_holds_no_source_without_a_floor_and_one_with_it() -> None:
    frame = np.full((30, 30), 273.15, dtype=np.float32)
    assert len(find_spots(frame, DETECTOR)) == 0
    frame[15, 15] += 2.0
    assert len(find_spots(frame, DETECTOR)) == 0  # no noise is known: nothing is claimed
    assert len(find_spots(frame, Detector(0.5, 11, 5, 1e-6, noise_floor=0.1))) == 1


def test_two_apart_are_two_and_pixels_that_touch_are_one() -> None:
    frame = 0.1 * draws(7).standard_normal((60, 60)) + source((60, 60), 20.0, 20.0, 50.0, 0.5)
    frame += source((60, 60), 20.4, 45.4, 50.0, 0.5)
    spots = find_spots(frame, DETECTOR)
    assert [(round(r), round(c)) for r, c in zip(spots.row, spots.column, strict=True)] == [(20, 20), (20, 45)]
    assert np.all(spots.pixels >= 2)
    assert len(spots.take(spots.column > 30.0)) == 1


def test_a_point_is_point_like_and_a_patch_or_an_edge_is_not() -> None:
    noise = 0.3 * draws(12).standard_normal((60, 90))
    frame = noise + source((60, 90), 30.3, 15.2, 40.0, 0.5)
    frame[28:33, 43:46] += 12.0  # a patch of 5 by 3 pixels: a lake
    frame += np.where(np.add.outer(np.arange(60), np.arange(90)) > 120, 12.0, 0.0)  # a slanting edge: a coast
    spots = find_spots(frame, DETECTOR)
    assert len(spots) >= 2
    points = spots.take(spots.point_like)
    assert [(round(r), round(c)) for r, c in zip(points.row, points.column, strict=True)] == [(30, 15)]


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.floats(20.0, 500.0))
def test_a_source_in_noise_is_point_like(seed: int, snr: float) -> None:
    # the threshold is 8.1 at 22 degrees of freedom and 1e-6 (times 20 for the least ratio drawn): never below it
    at = 15.0 + draws(seed).uniform(-0.5, 0.5, 2)
    frame = draws(seed + 1).standard_normal((31, 31)) + source((31, 31), *at, snr / 0.5, 0.5)
    spots = find_spots(frame, DETECTOR)
    assert spots.point_like.tolist() == [True]


@pytest.mark.parametrize("fill", [np.nan, np.inf, -np.inf, 3e38, -3e38])
def test_frames_of_what_is_no_scene(fill: float) -> None:
    for shape in ((0, 0), (1, 1), (3, 200), (30, 30)):
        frame = np.full(shape, fill, dtype=np.float32)
        assert len(find_spots(frame, DETECTOR)) == 0


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("psf_sigma_px", 0.0, "psf_sigma_px"),
        ("psf_sigma_px", float("nan"), "psf_sigma_px"),
        ("window_px", 10, "odd"),
        ("guard_px", 3, "needs 5"),
        ("window_px", 5, "wider"),
        ("false_alarm_probability", 0.0, "false_alarm_probability"),
        ("noise_floor", -1.0, "noise_floor"),
    ],
)
def test_detector_out_of_bounds(field: str, value: float, words: str) -> None:
    good = {"psf_sigma_px": 0.7, "window_px": 11, "guard_px": 5, "false_alarm_probability": 1e-6}
    with pytest.raises(ValueError, match=words):
        Detector(**(good | {field: value}))  # type: ignore[arg-type]


def test_frames_of_another_shape_or_type() -> None:
    with pytest.raises(ValueError, match="rows, columns"):
        find_spots(np.zeros(5), DETECTOR)
    with pytest.raises(ValueError, match="float32"):
        find_spots(np.zeros((5, 5), dtype=np.int16), DETECTOR)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="valid"):
        find_spots(np.zeros((5, 5)), DETECTOR, np.ones((4, 5), dtype=bool))
