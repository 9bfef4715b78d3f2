#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Draws the images that stand at the addresses of Supervisor's own: bookmarks,
scripts and other people's style sheets ask for them.  The page itself uses
icon.svg only.

    draw.py FOLDER

The files are in the tree; after a change here they are drawn anew, and a test
compares them.  Nothing but Python is needed, and what is compressed is
compressed here: every version of everything writes the same bytes.
"""

import os
import struct
import sys
import zlib

BLUE, WHITE = (0x2b, 0x6c, 0xb0), (0xff, 0xff, 0xff)
GREEN, RED = (0x9a, 0xe6, 0xb4), (0xfc, 0x81, 0x81)
INK, LINE = (0x1d, 0x24, 0x30), (0xdd, 0xe1, 0xe7)
# Stopped, running, on the way, failed.
STATES = ((0xb6, 0xc0, 0xce), (0x0f, 0x7b, 0x43), (0xd9, 0x8e, 0x04),
          (0xb4, 0x23, 0x18))

GLYPHS = {
    "s": "..... ..... .#### #.... .###. ....# ####.",
    "u": "..... ..... #...# #...# #...# #..## .##.#",
    "p": "..... ..... ####. #...# #...# ####. #....",
    "e": "..... ..... .###. #...# ##### #.... .###.",
    "r": "..... ..... #.##. ##..# #.... #.... #....",
    "v": "..... ..... #...# #...# #...# .#.#. ..#..",
    "i": "..#.. ..... .##.. ..#.. ..#.. ..#.. .###.",
    "o": "..... ..... .###. #...# #...# #...# .###.",
    "d": "....# ....# .##.# #..## #...# #...# .####",
    "-": "..... ..... ..... ##### ..... ..... .....",
    "c": "..... ..... .###. #.... #.... #...# .###.",
}


def compress(numbers, bits):
    """As GIFs are: a string that came before becomes one code.  The codes are
    packed, the first bit first, and grow with the table; all there is to draw
    needs fewer than the 4096 at which it would have to be cleared."""
    clear, end = 1 << bits, (1 << bits) + 1
    table = {(number,): number for number in range(clear)}
    stream, filled, width = clear, bits + 1, bits + 1
    string = ()
    for number in numbers:
        if string + (number,) in table:
            string += (number,)
            continue
        stream |= table[string] << filled
        filled += width
        new = table[string + (number,)] = len(table) + 2
        width += new == 1 << width
        string = (number,)
    assert len(table) < 4094
    stream |= table[string] << filled
    filled += width
    width += len(table) + 2 == 1 << width
    stream |= end << filled
    return stream.to_bytes((filled + width + 7) // 8, "little")


class Canvas:
    """Pixels by number of colour; 0 lets the background through."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.colours = [None]
        self.pixels = [[0] * width for _ in range(height)]

    def fill(self, colour, inside):
        """Where inside(x, y) is true of the middle of a pixel."""
        if colour not in self.colours:
            self.colours.append(colour)
        index = self.colours.index(colour)
        for y, row in enumerate(self.pixels):
            for x in range(self.width):
                if inside(x + .5, y + .5):
                    row[x] = index

    def rounded(self, colour, left, top, right, bottom, radius):
        def inside(x, y):
            nearest_x = min(max(x, left + radius), right - radius)
            nearest_y = min(max(y, top + radius), bottom - radius)
            return (x - nearest_x) ** 2 + (y - nearest_y) ** 2 <= radius ** 2
        self.fill(colour, inside)

    def icon(self, left, top, scale):
        """As icon.svg has it."""
        def box(colour, x, y, right, bottom, radius):
            self.rounded(colour, left + x * scale, top + y * scale,
                         left + right * scale, top + bottom * scale,
                         radius * scale)
        box(BLUE, 0, 0, 32, 32, 7)
        for y, colour in ((10, GREEN), (16, GREEN), (22, RED)):
            box(WHITE, 6.5, y - 1.5, 18.5, y + 1.5, 1.5)
            box(colour, 21.3, y - 2.2, 25.7, y + 2.2, 2.2)

    def write(self, text, left, top, scale):
        for place, letter in enumerate(text):
            rows = GLYPHS[letter].split()
            start = left + place * 6 * scale

            def inside(x, y, rows=rows, start=start):
                column, row = (x - start) // scale, (y - top) // scale
                return (0 <= column < 5 and 0 <= row < 7 and
                        rows[int(row)][int(column)] == "#")
            self.fill(INK, inside)

    def palette(self, size):
        unused = [WHITE] * (size - len(self.colours) + 1)
        return b"".join(map(bytes, unused[:1] + self.colours[1:] + unused[1:]))

    def gif(self):
        """GIF 89a, its palette the next power of two."""
        bits = max(2, (len(self.colours) - 1).bit_length())
        codes = compress(sum(self.pixels, []), bits)
        blocks = b"".join(
            bytes([len(codes[at:at + 255])]) + codes[at:at + 255]
            for at in range(0, len(codes), 255))
        size = struct.pack("<HH", self.width, self.height)
        return (b"GIF89a" + size + bytes([0xf0 | bits - 1, 0, 0])
                + self.palette(1 << bits)
                + b"\x21\xf9\x04\x01\0\0\0\0"
                + b"\x2c\0\0\0\0" + size + bytes([0, bits]) + blocks
                + b"\0\x3b")

    def png(self):
        def chunk(name, data):
            return (struct.pack(">I", len(data)) + name + data
                    + struct.pack(">I", zlib.crc32(name + data)))
        rows = b"".join(b"\0" + bytes(row) for row in self.pixels)
        stored = (b"\x78\x01\x01" + struct.pack(
            "<HH", len(rows), len(rows) ^ 0xffff) + rows
            + struct.pack(">I", zlib.adler32(rows)))
        return (b"\x89PNG\r\n\x1a\n"
                + chunk(b"IHDR", struct.pack(
                    ">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0))
                + chunk(b"PLTE", self.palette(len(self.colours)))
                + chunk(b"tRNS", b"\0") + chunk(b"IDAT", stored)
                + chunk(b"IEND", b""))


def pictures():
    icon = Canvas(32, 32)
    icon.icon(0, 0, 1)
    yield "icon.png", icon.png()
    name = Canvas(242, 45)
    name.icon(2, 4, 37 / 32)
    name.write("supervisord-c", 50, 13, 2)
    yield "supervisor.gif", name.gif()
    rule = Canvas(65, 2)
    rule.fill(LINE, lambda x, y: y < 1)
    yield "rule.gif", rule.gif()
    for number, colour in enumerate(STATES):
        state = Canvas(61, 18)
        state.rounded(colour, 0, 0, 61, 18, 9)
        state.rounded(WHITE, 7, 6, 13, 12, 3)
        yield "state%d.gif" % number, state.gif()


def main(folder):
    for name, data in pictures():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
