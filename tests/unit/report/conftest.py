"""Views made by hand, each made once."""

import pytest

from . import sample


@pytest.fixture(scope="session")
def lofted():
    return sample.lofted_view()


@pytest.fixture(scope="session")
def joint():
    return sample.joint_view()
