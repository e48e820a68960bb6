"""HLS playlists (RFC 8216) of a render whose segments appear one after another."""

import math
from collections.abc import Sequence


def playlist(segments: Sequence[tuple[str, float]], *, ended: bool, target: float = 0.0) -> str:
    """An event playlist.

    segments: address and seconds of each finished segment from the first on, without gaps. Every segment is a
    file of its own whose clock starts at zero, hence the discontinuities. target: seconds of the longest
    segment that may still come; the target duration may not grow while a player reads the list.
    """
    longest = max([target, *(seconds for _, seconds in segments)])
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(longest))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0",
    ]
    for position, (address, seconds) in enumerate(segments):
        if position:
            lines.append("#EXT-X-DISCONTINUITY")
        lines += [f"#EXTINF:{seconds:.3f},", address]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"
