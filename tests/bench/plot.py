# SPDX-License-Identifier: ISC
"""A plot of growth as SVG, both axes logarithmic."""

import html
import math

WIDTH, HEIGHT, MARGIN = 420, 320, 56
COLOURS = {"supervisord-c": "#c0392b", "supervisord": "#2c6fbb",
           "runit": "#2e8b57", "s6": "#8e5bb5"}
PANELS = (("pss", "memory (PSS), KiB"), ("start", "start of all, ms"),
          ("status", "status of all, ms"))


class Axis:
    """Powers of ten that enclose the values, on pixels from low to high."""

    def __init__(self, values, low, high):
        self.first = math.floor(math.log10(min(values)))
        self.last = max(math.ceil(math.log10(max(values))), self.first + 1)
        self.low, self.high = low, high

    def at(self, value):
        part = (math.log10(value) - self.first) / (self.last - self.first)
        return self.low + part * (self.high - self.low)

    def ticks(self):
        return [10 ** n for n in range(self.first, self.last + 1)]


def text(x, y, words, anchor="middle", colour="#333"):
    return '<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s</text>' % (
        x, y, anchor, colour, html.escape(words))


def grid(x_axis, y_axis, title):
    lines = [text(WIDTH / 2, 20, title)]
    for tick in x_axis.ticks():
        x = x_axis.at(tick)
        lines.append('<path d="M%.1f %.1fV%.1f" class="grid"/>' % (
            x, y_axis.low, y_axis.high))
        lines.append(text(x, y_axis.low + 16, "%g" % tick))
    for tick in y_axis.ticks():
        y = y_axis.at(tick)
        lines.append('<path d="M%.1f %.1fH%.1f" class="grid"/>' % (
            x_axis.low, y, x_axis.high))
        lines.append(text(x_axis.low - 6, y + 4, "%g" % tick, "end"))
    lines.append(text(WIDTH / 2, HEIGHT - 12, "programs"))
    return lines


def curve(name, points, x_axis, y_axis):
    colour = COLOURS.get(name, "#333")
    places = [(x_axis.at(x), y_axis.at(y)) for x, y in points]
    lines = ['<polyline points="%s" fill="none" stroke="%s" '
             'stroke-width="2"/>' % (
                 " ".join("%.1f,%.1f" % place for place in places), colour)]
    lines += ['<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (
        x, y, colour) for x, y in places]
    lines.append(text(places[-1][0], places[-1][1] - 8, name, "end", colour))
    return lines


def panel(growth, key, title):
    curves = {name: [(row["count"], row[key]) for row in rows]
              for name, rows in growth.items() if rows}
    x_axis = Axis([x for rows in curves.values() for x, _ in rows],
                  MARGIN, WIDTH - 16)
    y_axis = Axis([y for rows in curves.values() for _, y in rows],
                  HEIGHT - MARGIN, 36)
    lines = grid(x_axis, y_axis, title)
    for name, points in curves.items():
        lines += curve(name, points, x_axis, y_axis)
    return lines


def write(path, growth):
    """growth: {system: [{"count": n, "pss": ..., ...}, ...]}"""
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
             'font-family="sans-serif" font-size="11">' % (
                 WIDTH * len(PANELS), HEIGHT),
             "<style>.grid{stroke:#ddd}</style>",
             '<rect width="100%" height="100%" fill="white"/>']
    for number, (key, title) in enumerate(PANELS):
        lines.append('<g transform="translate(%d,0)">' % (WIDTH * number))
        lines += panel(growth, key, title)
        lines.append("</g>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines + ["</svg>", ""]))
