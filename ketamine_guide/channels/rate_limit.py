"""How much may come from whom: token buckets, by session and by network address. Pure: the caller tells the time."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict

_MOST = 10_000
# Beyond the limit by this much, a message is looked at by the rules alone: reading it in full costs too much.
_READ_BEYOND = 3
_IPV6_HOUSEHOLD = 64


class Buckets:
    """A bucket for each name. It holds a minute's worth, and fills evenly.

    Args:
        per_minute: how many are let through a minute.
        most: how many names are remembered; beyond it the one that was quiet longest is forgotten.
    """

    def __init__(self, per_minute: int, most: int = _MOST) -> None:
        self._per_minute, self._most = per_minute, most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float) -> float:
        """Takes one from a bucket, if it holds one.

        Args:
            name: whose bucket.
            now: seconds on any clock that never goes back.

        Returns:
            0 when it did; else in how many seconds it will hold one.
        """
        level, then = self._levels.pop(name, (float(self._per_minute), now))
        level = min(self._per_minute, level + (now - then) * self._per_minute / 60)
        taken = level >= 1
        self._levels[name] = (level - taken, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return 0.0 if taken else (1 - level) * 60 / self._per_minute


class Limits:
    """The web channel's limits.

    Args:
        per_session, per_address: how many messages a minute each may send.
    """

    def __init__(self, per_session: int, per_address: int) -> None:
        self._sessions, self._addresses = Buckets(per_session), Buckets(per_address)
        self._new_sessions, self._read = Buckets(per_address), Buckets(per_address * _READ_BEYOND)

    def wait(self, session: str, address: str, now: float) -> float:
        """For how many seconds this session or address has to wait with its message; 0 when it may be answered."""
        return self._sessions.take(session, now) or self._addresses.take(household(address), now)

    def wait_for_session(self, address: str, now: float) -> float:
        """For how many seconds this address has to wait for a new session; 0 when it may have one."""
        return self._new_sessions.take(household(address), now)

    def may_be_read(self, address: str, now: float) -> bool:
        """Whether a message that is not to be answered is still read in full, in case it is a crisis."""
        return not self._read.take(household(address), now)


def household(address: str) -> str:
    """Who shares a limit: an IPv4 address, or an IPv6 network of the size that one connection gets."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]").split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_HOUSEHOLD), strict=False))
