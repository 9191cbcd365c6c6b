// A small line editor without a display.
#include "plugins/vars/typing.hpp"

#include <string>
#include <utility>

namespace fleetd::vars {

namespace {

constexpr std::size_t kMost = 64 << 10;  // bytes
#ifdef __linux__
constexpr std::size_t kLongestLine = 4095;  // bytes that a terminal keeps of one
#else
constexpr std::size_t kLongestLine = 1023;
#endif
constexpr std::uint8_t kInterrupt = 3, kEnd = 4, kBack = 8, kDropLine = 21, kDropWord = 23, kEscape = 27, kQuit = 28,
                       kDelete = 127;
constexpr const char* kOtherWay = "bring the value through standard input: `fleetd vars set MACHINE ID <FILE`";

bool isContinuation(std::uint8_t byte) { return (byte & 0xc0) == 0x80; }

}  // namespace

fleet::Error Typing::interrupted() { return age::error("VARS52", "the question was not answered"); }

fleet::Result<Typing> Typing::begin(bool hidden, bool multiline) {
  FLEET_TRY_ASSIGN(auto room, SecretBytes::make(kMost));
  return Typing(std::move(room), hidden, multiline);
}

bool Typing::isOfKey(std::uint8_t byte) {
  switch (key_) {
    case Key::Plain:
      if (byte == kEscape) key_ = Key::Escape;
      return byte == kEscape;
    case Key::Escape: key_ = byte == '[' ? Key::Sequence : byte == 'O' ? Key::Last : Key::Plain; return true;
    case Key::Sequence:
      if (byte >= 0x40 && byte <= 0x7e) key_ = Key::Plain;
      return true;
    case Key::Last: key_ = Key::Plain; return true;
  }
  return false;
}

fleet::Result<void> Typing::take(std::uint8_t byte) {
  if (byte == kInterrupt || (hidden_ && byte == kQuit)) return interrupted();
  if (isOfKey(byte)) return {};
  if (hidden_ && byte == kEnd) return controlD();
  paused_ = false;
  if (hidden_ && byte == '\r') byte = '\n';
  if (hidden_ && edit(byte)) return {};
  if (byte == '\n') return newLine();
  if (byte < 0x20 && byte != '\t') return {};
  if (!hidden_ && size_ - line_ + 1 >= kLongestLine)
    return age::error("VARS52", "a terminal cuts lines off at " + std::to_string(kLongestLine) + " bytes", kOtherWay);
  return add(byte);
}

// At the beginning of a line it is the end; elsewhere it takes two, as in a terminal.
fleet::Result<void> Typing::controlD() {
  const bool isStart = size_ == line_;
  if (size_ == 0 && !multiline_) return interrupted();
  done_ = isStart || paused_;
  paused_ = true;
  return {};
}

fleet::Result<void> Typing::end() {
  if (hidden_ || (!multiline_ && size_ == 0)) return interrupted();
  done_ = true;
  return {};
}

fleet::Result<void> Typing::add(std::uint8_t byte) {
  if (size_ == kMost) return age::error("VARS52", "the answer is longer than 64 KiB", kOtherWay);
  bytes_.data()[size_++] = byte;
  return {};
}

fleet::Result<void> Typing::newLine() {
  if (!multiline_) {
    done_ = true;
    return {};
  }
  FLEET_TRY(add('\n'));
  line_ = size_;
  return {};
}

bool Typing::edit(std::uint8_t byte) {
  if (byte == kBack || byte == kDelete) {
    while (size_ > line_ && isContinuation(last())) drop();
    if (size_ > line_) drop();
  } else if (byte == kDropLine) {
    while (size_ > line_) drop();
  } else if (byte == kDropWord) {
    while (size_ > line_ && last() == ' ') drop();
    while (size_ > line_ && last() != ' ') drop();
  } else {
    return false;
  }
  return true;
}

SecretBytes Typing::answer() {
  bytes_.shrink(size_);
  return std::move(bytes_);
}

}  // namespace fleetd::vars
