// Writing SVG.
#include "kernel/cli/svg.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::cli {

namespace {

constexpr double kMargin = 16;
constexpr double kNarrow = 0.56, kWide = 0.6;  // width of a letter by the size of the font
constexpr double kSlant = 55;                  // degrees
constexpr double kPi = 3.14159265358979323846;

constexpr std::string_view kStyle = R"(<style>
:root{color-scheme:light dark}
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.back{fill:#ffffff}
.plain{fill:#1f2328}.muted{fill:#59636e}.warning{fill:#bc4c00}
.first{fill:#0550ae}.second{fill:#116329}.third{fill:#8250df}.fourth{fill:#953800}
.box{stroke-width:1;fill-opacity:.12}
.box.plain{stroke:#1f2328}.box.muted{stroke:#d1d9e0;fill-opacity:.04}.box.warning{stroke:#bc4c00}
.box.first{stroke:#0550ae}.box.second{stroke:#116329}.box.third{stroke:#8250df}.box.fourth{stroke:#953800}
.ring{stroke-width:2.5}
.ring.plain{fill:#ffffff;stroke:#1f2328}.ring.muted{fill:#ffffff;stroke:#59636e}.ring.warning{fill:#ffffff;stroke:#bc4c00}
.ring.first{fill:#ffffff;stroke:#0550ae}.ring.second{fill:#ffffff;stroke:#116329}.ring.third{fill:#ffffff;stroke:#8250df}.ring.fourth{fill:#ffffff;stroke:#953800}
.line{fill:none;stroke-width:1;stroke-opacity:.55}
.line.plain{stroke:#1f2328}.line.muted{stroke:#d1d9e0;stroke-opacity:1}.line.warning{stroke:#bc4c00}
.line.first{stroke:#0550ae}.line.second{stroke:#116329}.line.third{stroke:#8250df}.line.fourth{stroke:#953800}
@media (prefers-color-scheme:dark){
.back{fill:#0d1117}
.plain{fill:#e6edf3}.muted{fill:#9198a1}.warning{fill:#ffa657}
.first{fill:#79c0ff}.second{fill:#7ee787}.third{fill:#d2a8ff}.fourth{fill:#ffb77c}
.box.plain{stroke:#e6edf3}.box.muted{stroke:#30363d}.box.warning{stroke:#ffa657}
.box.first{stroke:#79c0ff}.box.second{stroke:#7ee787}.box.third{stroke:#d2a8ff}.box.fourth{stroke:#ffb77c}
.ring.plain{fill:#0d1117;stroke:#e6edf3}.ring.muted{fill:#0d1117;stroke:#9198a1}.ring.warning{fill:#0d1117;stroke:#ffa657}
.ring.first{fill:#0d1117;stroke:#79c0ff}.ring.second{fill:#0d1117;stroke:#7ee787}.ring.third{fill:#0d1117;stroke:#d2a8ff}.ring.fourth{fill:#0d1117;stroke:#ffb77c}
.line.plain{stroke:#e6edf3}.line.muted{stroke:#30363d}.line.warning{stroke:#ffa657}
.line.first{stroke:#79c0ff}.line.second{stroke:#7ee787}.line.third{stroke:#d2a8ff}.line.fourth{stroke:#ffb77c}
}
</style>
)";

std::string_view className(Paint paint) {
  constexpr std::string_view kNames[] = {"plain", "muted", "first", "second", "third", "fourth", "warning"};
  return kNames[static_cast<std::size_t>(paint)];
}

// Text of the fleet is data: nothing of it becomes markup, and no byte that XML does not allow gets in.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : base::sanitize(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n':
      case '\t': out += ' '; break;
      default: out += c;
    }
  }
  return out;
}

// One digit behind the point at most, and no negative zero.
std::string number(double value) {
  const auto tenths = static_cast<long long>(std::llround(value * 10));
  if (tenths % 10 == 0) return fmt::format("{}", tenths / 10);
  return fmt::format("{}{}.{}", tenths < 0 ? "-" : "", std::llabs(tenths) / 10, std::llabs(tenths) % 10);
}

std::string titled(std::string_view tip) { return tip.empty() ? "" : fmt::format("<title>{}</title>", escaped(tip)); }

}  // namespace

double textWidth(std::string_view text, double size, bool bold) {
  return static_cast<double>(base::displayWidth(text)) * size * (bold ? kWide : kNarrow);
}

std::string cutText(std::string_view text, double size, bool bold, double width) {
  if (width <= 0 || textWidth(text, size, bold) <= width) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto rune = base::decodeRune(text);
    const std::string next = out + std::string(text.substr(0, rune.size));
    if (textWidth(next + "…", size, bold) > width) break;
    out = next;
    text.remove_prefix(rune.size);
  }
  return out + "…";
}

void Svg::cover(double x, double y) {
  right_ = std::max(right_, x);
  bottom_ = std::max(bottom_, y);
}

void Svg::box(double x, double y, double width, double height, Paint paint, std::string_view tip) {
  cover(x + width, y + height);
  body_ += fmt::format("<rect class=\"box {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\">{}</rect>\n",
                       className(paint), number(x), number(y), number(width), number(height), titled(tip));
}

void Svg::dot(double x, double y, double radius, Paint paint, std::string_view tip) {
  cover(x + radius, y + radius);
  body_ += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\">{}</circle>\n", className(paint), number(x),
                       number(y), number(radius), titled(tip));
}

void Svg::ring(double x, double y, double radius, Paint paint, std::string_view tip) {
  cover(x + radius, y + radius);
  body_ += fmt::format("<circle class=\"ring {}\" cx=\"{}\" cy=\"{}\" r=\"{}\">{}</circle>\n", className(paint),
                       number(x), number(y), number(radius), titled(tip));
}

void Svg::line(double x1, double y1, double x2, double y2, Paint paint, double width) {
  cover(std::max(x1, x2), std::max(y1, y2));
  // The style sheet has the ordinary width, and would go before an attribute.
  const std::string wide = std::abs(width - 1) < 0.01 ? "" : fmt::format(" style=\"stroke-width:{}\"", number(width));
  body_ += fmt::format("<path class=\"line {}\" d=\"M{} {}L{} {}\"{}/>\n", className(paint), number(x1), number(y1),
                       number(x2), number(y2), wide);
}

void Svg::curve(double x1, double y1, double x2, double y2, Paint paint) {
  cover(std::max(x1, x2), std::max(y1, y2));
  const double middle = (x1 + x2) / 2;
  body_ += fmt::format("<path class=\"line {}\" d=\"M{} {}C{} {} {} {} {} {}\"/>\n", className(paint), number(x1),
                       number(y1), number(middle), number(y1), number(middle), number(y2), number(x2), number(y2));
}

void Svg::write(double x, double y, std::string_view text, const TextStyle& style, double width, bool slanted) {
  const std::string shown = cutText(text, style.size, style.bold, width);
  const double wide = textWidth(shown, style.size, style.bold);
  if (slanted)
    cover(x + wide * std::cos(kSlant * kPi / 180) + style.size, y);
  else
    cover(style.anchor == Anchor::Start    ? x + wide
          : style.anchor == Anchor::Middle ? x + wide / 2
                                           : x,
          y + style.size * 0.3);
  constexpr std::string_view kAnchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  body_ +=
      fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{}\"{}{}{}>{}{}</text>\n", className(style.paint),
                  number(x), number(y), number(style.size), kAnchors[static_cast<std::size_t>(style.anchor)],
                  style.bold ? " font-weight=\"600\"" : "",
                  slanted ? fmt::format(" transform=\"rotate(-{} {} {})\"", number(kSlant), number(x), number(y)) : "",
                  shown == text ? "" : titled(text), escaped(shown));
}

void Svg::text(double x, double y, std::string_view text, const TextStyle& style, double width) {
  write(x, y, text, style, width, false);
}

void Svg::slantedText(double x, double y, std::string_view text, const TextStyle& style, double width) {
  write(x, y, text, style, width, true);
}

std::string Svg::document() const {
  const std::string width = number(std::ceil(right_ + kMargin)), height = number(std::ceil(bottom_ + kMargin));
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\">\n"
      "<title>{2}</title>\n{3}<rect class=\"back\" width=\"{0}\" height=\"{1}\"/>\n{4}</svg>\n",
      width, height, escaped(title_), kStyle, body_);
}

}  // namespace fleetd::cli
