// Output: data to standard output, messages to standard error, and what the terminal can show.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fleetd::cli {

enum class ColorChoice : std::uint8_t { Auto, Always, Never };

struct Style {
  std::string_view start;
  static constexpr std::string_view kEnd = "\x1b[0m";
};
inline constexpr Style kBold{"\x1b[1m"};
inline constexpr Style kDim{"\x1b[2m"};
inline constexpr Style kRed{"\x1b[1;31m"};
inline constexpr Style kYellow{"\x1b[33m"};
inline constexpr Style kGreen{"\x1b[32m"};
inline constexpr Style kCyan{"\x1b[36m"};

// Thread: one at a time, except for progress(). A reader that goes away is not reported; any other failure to write
// data is (see finish).
class Output {
 public:
  explicit Output(ColorChoice choice = ColorChoice::Auto);

  // Data that waits to be written; append freely, call drain() now and then when there is much.
  std::string& data() { return data_; }
  void write(std::string_view text) { data_ += text; }
  // Writes what waits if it is at least `atLeast` bytes.
  void drain(std::size_t atLeast = 0);
  // Writes waiting data first, then the text, to standard error.
  void message(std::string_view text);
  // One line on standard error that the next one, or any other output, replaces. Only on a terminal.
  void progress(std::string_view line);

  bool colorData() const { return colorData_; }
  bool colorMessages() const { return colorMessages_; }
  // Columns of the terminal on standard output; 0 when it is none: no limit.
  unsigned dataWidth() const { return dataWidth_; }
  unsigned messageWidth() const { return messageWidth_; }

  // `text` in a style if data may have colours.
  std::string styled(Style style, std::string_view text) const;

  // Nobody reads standard output any more: a command with much to say may stop.
  bool readerGone() const { return readerGone_; }
  // Writes what waits and says whether all data could be written; if not, `why` holds the reason.
  bool finish(std::string& why);

 private:
  void clearProgress();

  std::string data_;
  std::string why_;
  bool failed_ = false;
  bool readerGone_ = false;
  bool colorData_ = false;
  bool colorMessages_ = false;
  bool messagesOnTerminal_ = false;
  bool progressShown_ = false;
  unsigned dataWidth_ = 0;
  unsigned messageWidth_ = 100;
};

}  // namespace fleetd::cli
