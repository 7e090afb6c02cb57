"""Reader of Common Alerting Protocol 1.2 messages, strict: what is not in the standard is refused.

Format: OASIS Standard CAP-v1.2 (1 July 2010). A message is text from elsewhere: it has to be small, flat and without a
document type, so that nothing in it can be expanded or fetched. A signature (XML-DSig) is passed over, not checked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from launchwatch.core.epochs import NS, EpochError, parse_utc
from launchwatch.formats.cap import NAMESPACE, CapError, Reference

MOST_BYTES = 262_144
MOST_DEPTH = 6
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([-+])(\d\d):(\d\d)", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_NOT_IDENTIFIER = re.compile(r"[\s,<&]")
_ENUMERATIONS = {
    "status": "Actual Exercise System Test Draft",
    "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private",
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}
# Children in their order, with ! for exactly one, ? for at most one, + for one or more, * for any number.
_PAIR = "valueName! value!"
_CHILDREN = {
    "alert": "identifier! sender! sent! status! msgType! source? scope! restriction? addresses? code* note? "
    "references? incidents? info*",
    "info": "language? category+ event! responseType* urgency! severity! certainty! audience? eventCode* effective? "
    "onset? expires? senderName? headline? description? instruction? web? contact? parameter* resource* area*",
    "eventCode": _PAIR,
    "parameter": _PAIR,
    "geocode": _PAIR,
    "resource": "resourceDesc! mimeType! size? uri? derefUri? digest?",
    "area": "areaDesc! polygon* circle* geocode* altitude? ceiling?",
}
_TIMES = ("sent", "effective", "onset", "expires")
_NUMBERS = ("altitude", "ceiling", "size")


@dataclass
class _Node:
    tag: str
    line: int
    text: str = ""
    children: list[_Node] = field(default_factory=list)

    def one(self, tag: str) -> str | None:
        return next((child.text for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> tuple[str, ...]:
        return tuple(child.text for child in self.children if child.tag == tag)

    def pairs(self, tag: str) -> tuple[tuple[str, str], ...]:
        pairs = (child for child in self.children if child.tag == tag)
        return tuple((pair.one("valueName") or "", pair.one("value") or "") for pair in pairs)


class CapArea(NamedTuple):
    """An area: polygons of (latitude, longitude) in degrees, circles with their radius in km, and codes."""

    description: str
    polygons: tuple[tuple[tuple[float, float], ...], ...]
    circles: tuple[tuple[float, float, float], ...]
    geocodes: tuple[tuple[str, str], ...]


class CapInfo(NamedTuple):
    """What is told in one language; times are ns TAI, texts that are not there are empty."""

    language: str
    categories: tuple[str, ...]
    event: str
    responses: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    effective_ns: int | None
    onset_ns: int | None
    expires_ns: int | None
    headline: str
    description: str
    instruction: str
    parameters: tuple[tuple[str, str], ...]
    areas: tuple[CapArea, ...]


class CapMessage(NamedTuple):
    """A message; `sent` is as it was written, which references to it repeat."""

    identifier: str
    sender: str
    sent: str
    sent_ns: int
    status: str
    kind: str
    scope: str
    note: str
    references: tuple[Reference, ...]
    incidents: str
    infos: tuple[CapInfo, ...]


def read_cap(content: bytes, name: str) -> CapMessage:
    """Read a CAP message.

    Parameters
    ----------
    content : XML.
    name : what errors call it.

    Raises
    ------
    CapError
        Too large, not XML, with a document type, or not as the standard says: one line with name, line and element.
    """
    if len(content) > MOST_BYTES:
        raise CapError(f"{name}: has {len(content)} bytes; a message may have {MOST_BYTES}")
    root = _Tree(name).read(content)
    if root.tag != "alert":
        raise CapError(f"{name}:{root.line}: is <{root.tag}> and no <alert> of {NAMESPACE}")
    for line, text in _problems(root, ""):
        raise CapError(f"{name}:{line}: {text}")
    return CapMessage(
        identifier=root.one("identifier") or "",
        sender=root.one("sender") or "",
        sent=root.one("sent") or "",
        sent_ns=cap_epoch(root.one("sent") or ""),
        status=root.one("status") or "",
        kind=root.one("msgType") or "",
        scope=root.one("scope") or "",
        note=root.one("note") or "",
        references=_references(root.one("references") or ""),
        incidents=root.one("incidents") or "",
        infos=tuple(_info(child) for child in root.children if child.tag == "info"),
    )


def cap_epoch(text: str) -> int:
    """Read a time of CAP, like ``2003-04-02T14:39:01-05:00``; gives ns TAI.

    Raises
    ------
    CapError
        It is no such time.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise CapError(f"{text!r} is no time of CAP; write it like 2003-04-02T14:39:01-05:00")
    hours, minutes = int(match[3]), int(match[4])
    if hours > 14 or minutes > 59:
        raise CapError(f"{text!r} has an offset that no zone has")
    try:
        local = parse_utc(f"{match[1]}Z")
    except EpochError as error:
        raise CapError(str(error)) from None
    offset = 60 * (60 * hours + minutes) * NS
    return local + (offset if match[2] == "-" else -offset)


class _Tree:
    """Elements of a document as nodes; refuses what could be expanded, fetched, or is too deep."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.open: list[_Node] = []
        self.root: _Node | None = None
        self.foreign = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.ProcessingInstructionHandler = self.instruction

    def read(self, content: bytes) -> _Node:
        try:
            self.parser.Parse(content, True)
        except CapError:
            raise
        except expat.ExpatError as error:
            what = expat.errors.messages.get(error.code, "is broken")
            raise CapError(f"{self.name}:{error.lineno}: is not XML: {what}") from None
        except (LookupError, ValueError) as error:
            raise self.error(f"cannot be decoded: {' '.join(str(error).split())}; write UTF-8") from None
        if self.root is None:
            raise CapError(f"{self.name}:1: holds no element")
        return self.root

    def error(self, text: str) -> CapError:
        return CapError(f"{self.name}:{self.parser.CurrentLineNumber}: {text}")

    def refuse(self, *_: object) -> None:
        raise self.error("holds a document type; leave it out")

    def instruction(self, target: str, _: str) -> None:
        raise self.error(f"holds the processing instruction {target!r}; leave it out")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.foreign or (len(self.open) == 1 and tag.startswith(f"{SIGNATURE} ")):
            self.foreign += 1
            return
        space, _, local = tag.rpartition(" ")
        if space != NAMESPACE:
            raise self.error(f"<{local}> is not of {NAMESPACE}")
        if any(not name.startswith(f"{INSTANCE} ") for name in attributes):
            raise self.error(f"<{local}> has an attribute; elements of CAP have none")
        if len(self.open) == MOST_DEPTH:
            raise self.error(f"<{local}> is nested deeper than {MOST_DEPTH}")
        node = _Node(local, self.parser.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _: str) -> None:
        if self.foreign:
            self.foreign -= 1
        else:
            node = self.open.pop()
            node.text = node.text.strip(" \t\r\n")

    def characters(self, text: str) -> None:
        if not self.foreign:
            self.open[-1].text += text


def _problems(node: _Node, path: str) -> Iterator[tuple[int, str]]:
    """Line and text of everything that the standard does not allow, in the order of the document."""
    path = f"{path}/{node.tag}"
    if node.tag in _CHILDREN:
        if node.text:
            yield node.line, f"{path}: holds text beside its elements"
        yield from _order_problems(node, path)
        for child in node.children:
            yield from _problems(child, path)
        if node.tag == "alert":
            yield from _alert_problems(node, path)
        return
    if node.children:
        yield node.line, f"{path}: holds an element; it is for text"
    for text in _text_problems(node):
        yield node.line, f"{path}: {text}"


def _order_problems(node: _Node, path: str) -> Iterator[tuple[int, str]]:
    at = 0
    tags = [child.tag for child in node.children]
    for rule in _CHILDREN[node.tag].split():
        tag, how = rule[:-1], rule[-1]
        count = 0
        while at < len(tags) and tags[at] == tag:
            at, count = at + 1, count + 1
        if how in "!+" and count == 0:
            yield node.line, f"{path}: <{tag}> is missing, or not in its place"
        if how in "!?" and count > 1:
            yield node.children[at - 1].line, f"{path}: <{tag}> is there {count} times; it may be once"
    if at < len(tags):
        yield node.children[at].line, f"{path}: <{tags[at]}> is unknown, or not in its place"


def _text_problems(node: _Node) -> Iterator[str]:
    if node.tag in _ENUMERATIONS:
        if node.text not in _ENUMERATIONS[node.tag].split():
            yield f"is {node.text[:40]!r}; write one of {', '.join(_ENUMERATIONS[node.tag].split())}"
    elif node.tag in _TIMES:
        yield from _refused(cap_epoch, node.text)
    elif node.tag in _NUMBERS:
        if not _NUMBER.fullmatch(node.text):
            yield f"is {node.text[:40]!r}; write a number"
    elif node.tag in ("identifier", "sender"):
        if not node.text or _NOT_IDENTIFIER.search(node.text):
            yield f"is {node.text[:40]!r}; write a name without space, comma, < or &"
    elif node.tag == "polygon":
        yield from _refused(_polygon, node.text)
    elif node.tag == "circle":
        yield from _refused(_circle, node.text)
    elif node.tag == "references":
        yield from _refused(_references, node.text)
    elif node.tag in ("event", "areaDesc", "valueName") and not node.text:
        yield "is empty"


def _alert_problems(node: _Node, path: str) -> Iterator[tuple[int, str]]:
    kind = node.one("msgType")
    if kind != "Alert" and not node.one("references"):
        yield node.line, f"{path}: a message of type {kind} refers to none; write references"
    if node.one("scope") == "Restricted" and not node.one("restriction"):
        yield node.line, f"{path}: scope is Restricted; write restriction"
    if node.one("scope") == "Private" and not node.one("addresses"):
        yield node.line, f"{path}: scope is Private; write addresses"


def _refused(read: Callable[[str], object], text: str) -> Iterator[str]:
    try:
        read(text)
    except CapError as error:
        yield str(error)


def _references(text: str) -> tuple[Reference, ...]:
    found = []
    for word in text.split():
        parts = word.split(",")
        if len(parts) != 3 or not all(parts):
            raise CapError(f"{word[:60]!r} is no reference; write sender,identifier,sent")
        cap_epoch(parts[2])
        found.append(Reference(*parts))
    return tuple(found)


def _point(text: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) != 2 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise CapError(f"{text[:40]!r} is no point; write latitude,longitude")
    lat, lon = float(parts[0]), float(parts[1])
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
        raise CapError(f"{text[:40]!r} is no point on the Earth; latitude comes first, then longitude")
    return lat, lon


def _polygon(text: str) -> tuple[tuple[float, float], ...]:
    points = tuple(_point(word) for word in text.split())
    if len(points) < 4:
        raise CapError(f"has {len(points)} points; a polygon has four or more")
    if points[0] != points[-1]:
        raise CapError("does not end at its first point; repeat that")
    return points


def _circle(text: str) -> tuple[float, float, float]:
    words = text.split()
    if len(words) != 2 or not _NUMBER.fullmatch(words[1]):
        raise CapError(f"{text[:40]!r} is no circle; write latitude,longitude radius")
    radius = float(words[1])
    if not (radius >= 0.0 and math.isfinite(radius)):
        raise CapError(f"has a radius of {words[1][:20]}; write km, from 0")
    return (*_point(words[0]), radius)


def _epoch(node: _Node, tag: str) -> int | None:
    text = node.one(tag)
    return None if text is None else cap_epoch(text)


def _info(node: _Node) -> CapInfo:
    return CapInfo(
        language=node.one("language") or "en-US",
        categories=node.all("category"),
        event=node.one("event") or "",
        responses=node.all("responseType"),
        urgency=node.one("urgency") or "",
        severity=node.one("severity") or "",
        certainty=node.one("certainty") or "",
        effective_ns=_epoch(node, "effective"),
        onset_ns=_epoch(node, "onset"),
        expires_ns=_epoch(node, "expires"),
        headline=node.one("headline") or "",
        description=node.one("description") or "",
        instruction=node.one("instruction") or "",
        parameters=node.pairs("parameter"),
        areas=tuple(
            CapArea(
                description=area.one("areaDesc") or "",
                polygons=tuple(_polygon(text) for text in area.all("polygon")),
                circles=tuple(_circle(text) for text in area.all("circle")),
                geocodes=area.pairs("geocode"),
            )
            for area in node.children
            if area.tag == "area"
        ),
    )
