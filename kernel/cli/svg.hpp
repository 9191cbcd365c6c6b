// Svg: a picture as text. Shapes in the order of the calls; colours are classes that follow the reader's light or dark
// theme. The same calls give the same bytes.
#pragma once
#include <string>
#include <string_view>

namespace fleetd::cli {

// What a shape stands for; its colours are in svg.cpp, once for light and once for dark.
enum class Paint : unsigned char { Plain, Muted, First, Second, Third, Fourth, Warning };

class Svg {
 public:
  // `title` is read aloud by screen readers.
  explicit Svg(std::string title) : title_(std::move(title)) {}

  enum class Anchor : unsigned char { Start, Middle, End };
  struct TextStyle {
    Paint paint = Paint::Plain;
    Anchor anchor = Anchor::Start;
    bool bold = false;
    double size = 12;
  };
  // A rectangle with a border; `tip` is shown under the pointer.
  void box(double x, double y, double width, double height, Paint paint, std::string_view tip = {});
  void dot(double x, double y, double radius, Paint paint, std::string_view tip = {});
  // A dot with a hole.
  void ring(double x, double y, double radius, Paint paint, std::string_view tip = {});
  void line(double x1, double y1, double x2, double y2, Paint paint, double width = 1);
  // A curve from left to right.
  void curve(double x1, double y1, double x2, double y2, Paint paint);
  // `y` is the base line. Text beyond `width` is cut with "…"; 0: no limit.
  void text(double x, double y, std::string_view text, const TextStyle& style, double width = 0);
  // Text that runs upwards at a slant from its start.
  void slantedText(double x, double y, std::string_view text, const TextStyle& style, double width = 0);

  // The whole document; the picture is as large as what was drawn, plus a margin.
  std::string document() const;

 private:
  void cover(double x, double y);
  void write(double x, double y, std::string_view text, const TextStyle& style, double width, bool slanted);

  std::string title_;
  std::string body_;
  double right_ = 0, bottom_ = 0;
};

// About how wide a text is, in units of the picture.
double textWidth(std::string_view text, double size, bool bold = false);
// The text, cut with "…" where it would be wider.
std::string cutText(std::string_view text, double size, bool bold, double width);

}  // namespace fleetd::cli
