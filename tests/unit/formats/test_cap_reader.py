"""The reader of CAP: what the standard allows is read, everything else is refused in one line."""

import pytest

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.formats.cap import CapError, cap_message, reference_to
from launchwatch.formats.cap_reader import MOST_BYTES, cap_epoch, read_cap
from unit.formats.alerts import SENT, alert

SENDER = "jp.launchwatch.invalid"
GOOD = cap_message(
    alert(number=2, sent_ns=SENT + NS), [reference_to(alert(), SENDER)], SENDER, "exercise", ("simulated",)
).decode()


def refusal(text: str | bytes) -> str:
    with pytest.raises(CapError) as caught:
        read_cap(text if isinstance(text, bytes) else text.encode(), "in.xml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_good_one_is_read() -> None:
    told = read_cap(GOOD.encode(), "in.xml")
    assert (told.identifier, told.kind, told.status, told.scope) == (
        "jp-20260820-001.jp.2", "Update", "Exercise", "Public",
    )  # fmt: skip
    assert told.incidents == "jp-20260820-001"
    assert told.infos[0].language == "en"
    assert told.infos[0].categories == ("Security", "Safety")
    assert told.infos[0].responses == ("Shelter",)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("<status>Exercise<", "<status>Real<", "in.xml:6: /alert/status: is 'Real'; write one of Actual"),
        ("<status>Exercise</status>\n", "", "in.xml:2: /alert: <status> is missing, or not in its place"),
        ("<scope>Public</scope>", "<scope>Private</scope>", "scope is Private; write addresses"),
        ("<scope>Public</scope>", "<scope>Restricted</scope>", "scope is Restricted; write restriction"),
        ("<scope>Public</scope>", "<scope>Public</scope><scope>Public</scope>", "<scope> is there 2 times"),
        ("<scope>Public</scope>", "<scope><b/></scope>", "/alert/scope: holds an element; it is for text"),
        ("<info>", "<mine>1</mine><info>", "/alert: <mine> is unknown, or not in its place"),
        ("<info>", "text<info>", "/alert: holds text beside its elements"),
        ("<info>", '<info id="1">', "<info> has an attribute; elements of CAP have none"),
        ("<category>Security</category>\n<category>Safety</category>\n", "", "<category> is missing"),
        ("<urgency>Immediate</urgency>", "<urgency>immediate</urgency>", "/alert/info/urgency: is 'immediate'"),
        ("T21:00:31-00:00</sent>", "T21:00:31Z</sent>", "is no time of CAP; write it like 2003-04-02T14:39:01-05:00"),
        ("T21:00:31-00:00</sent>", "T25:00:31-00:00</sent>", "there is no such time of day"),
        ("T21:00:31-00:00</sent>", "T21:00:31-15:00</sent>", "has an offset that no zone has"),
        ("jp-20260820-001.jp.2<", "a b<", "/alert/identifier: is 'a b'; write a name without space, comma, < or &"),
        ("<references>", "<references>a,b ", "/alert/references: 'a,b' is no reference; write sender,identifier,sent"),
        ("42.0000,157.0000 41.5", "42.0000,157.1000 41.5", "polygon: does not end at its first point; repeat that"),
        ("42.0000,157.0000 41.5", "157.0000,42.0000 41.5", "is no point on the Earth; latitude comes first"),
        ("42.0000,157.0000 41.5", "42.0000 41.5", "'42.0000' is no point; write latitude,longitude"),
        ("urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1", "<alert> is not of urn:oasis"),
        ("<?xml version", "<?xml version='1.0'?><?xml version", "is not XML: XML or text declaration not at start"),
        ("<alert ", "<?go there?><alert ", "holds the processing instruction 'go'; leave it out"),
        ("</alert>", "", "is not XML: no element found"),
        ("<areaDesc>Impact", "<areaDesc>x</areaDesc><areaDesc>Impact", "<areaDesc> is there 2 times"),
        ("</area>", "<altitude>high</altitude></area>", "/alert/info/area/altitude: is 'high'; write a number"),
        ("<geocode>", "<circle>1,2</circle><geocode>", "'1,2' is no circle; write latitude,longitude radius"),
        ("<geocode>", "<circle>1,2 -3</circle><geocode>", "has a radius of -3; write km, from 0"),
    ],
)
def test_what_the_standard_does_not_allow(old: str, new: str, error: str) -> None:
    assert old in GOOD
    assert error in refusal(GOOD.replace(old, new, 1))


def test_an_update_without_references_is_refused() -> None:
    start, end = GOOD.index("<references>"), GOOD.index("<incidents>")
    assert "a message of type Update refers to none" in refusal(GOOD[:start] + GOOD[end:])


BOMB = """<?xml version="1.0"?>
<!DOCTYPE alert [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&c;</identifier></alert>"""


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (BOMB, "in.xml:2: holds a document type; leave it out"),
        ('<!DOCTYPE alert SYSTEM "file:///etc/passwd"><alert/>', "holds a document type"),
        ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">&x;</alert>', "is not XML: undefined entity"),
        ("", "is not XML: no element found"),
        ("<a" * 40, "is not XML"),
        ("<x/>", "<x> is not of urn:oasis"),
        ('<info xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>', "in.xml:1: is <info> and no <alert>"),
        ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">' + "<info>" * 9, "<info> is nested deeper than 6"),
        (b"\xff\xfe\x00", "is not XML"),
        (b'<?xml version="1.0" encoding="nothing"?><alert/>', "in.xml:1: cannot be decoded: unknown encoding: nothing"),
        (b" " * (MOST_BYTES + 1), f"in.xml: has {MOST_BYTES + 1} bytes; a message may have {MOST_BYTES}"),
    ],
)
def test_what_could_be_expanded_fetched_or_grow_is_refused(text: str | bytes, error: str) -> None:
    assert error in refusal(text)


def test_a_signature_is_passed_over_and_where_the_schema_lies_may_be_said() -> None:
    signed = GOOD.replace(
        "</alert>",
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo a="b">x</SignedInfo></Signature></alert>',
    )
    where = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"><identifier>'
    signed = signed.replace(">\n<identifier>", where, 1)
    assert "schemaLocation" in signed
    assert read_cap(signed.encode(), "in.xml") == read_cap(GOOD.encode(), "in.xml")


def test_times_with_offsets() -> None:
    at = parse_utc("2003-04-02T19:39:01Z")
    for text in ("2003-04-02T14:39:01-05:00", "2003-04-02T19:39:01+00:00", "2003-04-03T01:09:01+05:30"):
        assert cap_epoch(text) == at
