// The bounded look over a document, see prescan.hpp. Written apart from the reader that decodes, so that one
// checks the other.
#include "kernel/bus/prescan.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "kernel/bus/errors.hpp"

namespace fleetd::bus {

namespace {

constexpr std::size_t kHardDepth = 256;  // of the array below; limits above it are cut

// What one tag byte announces.
struct Head {
  bool valid = true;
  std::uint8_t lengthBytes = 0;  // of the count or size that follows the tag
  std::uint64_t fixed = 0;       // count or size in the tag itself
  enum class Shape : std::uint8_t { scalar, bytes, ext, array, map } shape = Shape::scalar;
};

Head headOf(std::uint8_t tag) {
  using Shape = Head::Shape;
  if (tag < 0x80 || tag >= 0xe0) return {};
  if (tag < 0x90) return {true, 0, tag & 0x0fu, Shape::map};
  if (tag < 0xa0) return {true, 0, tag & 0x0fu, Shape::array};
  if (tag < 0xc0) return {true, 0, tag & 0x1fu, Shape::bytes};
  switch (tag) {
    case 0xc0:
    case 0xc2:
    case 0xc3: return {};
    case 0xc4:
    case 0xd9: return {true, 1, 0, Shape::bytes};
    case 0xc5:
    case 0xda: return {true, 2, 0, Shape::bytes};
    case 0xc6:
    case 0xdb: return {true, 4, 0, Shape::bytes};
    case 0xc7: return {true, 1, 0, Shape::ext};
    case 0xc8: return {true, 2, 0, Shape::ext};
    case 0xc9: return {true, 4, 0, Shape::ext};
    case 0xcc:
    case 0xd0: return {true, 0, 1, Shape::bytes};
    case 0xcd:
    case 0xd1: return {true, 0, 2, Shape::bytes};
    case 0xca:
    case 0xce:
    case 0xd2: return {true, 0, 4, Shape::bytes};
    case 0xcb:
    case 0xcf:
    case 0xd3: return {true, 0, 8, Shape::bytes};
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8: return {true, 0, std::uint64_t{1} << (tag - 0xd4), Shape::ext};
    case 0xdc: return {true, 2, 0, Shape::array};
    case 0xdd: return {true, 4, 0, Shape::array};
    case 0xde: return {true, 2, 0, Shape::map};
    case 0xdf: return {true, 4, 0, Shape::map};
    default: return {false, 0, 0, Shape::scalar};
  }
}

// Reference, text, secret, span, property hold one document; hash, expression and package are plain bytes.
bool holdsDocument(std::uint8_t type) { return type >= 1 && type <= 5; }

class Scanner {
 public:
  Scanner(std::string_view bytes, const ScanLimits& limits)
      : bytes_(bytes), maxDepth_(std::min(limits.depth, kHardDepth)), maxNodes_(limits.nodes) {}

  Result<ScanStats> run() {
    open_[0] = {1, bytes_.size()};
    pending_ = 1;
    while (depth_ > 0) {
      Frame& frame = open_[depth_ - 1];
      if (frame.left == 0) {
        // Only an extension value and the document itself must end where their last value does.
        if (frame.exact && at_ != frame.end) return malformed("bytes after the end of a value");
        --depth_;
        continue;
      }
      --frame.left;
      --pending_;
      FLEETD_TRY(value(frame.end));
    }
    return stats_;
  }

 private:
  struct Frame {
    std::uint64_t left = 0;
    std::size_t end = 0;
    bool exact = true;
  };

  Result<void> value(std::size_t end) {
    if (++stats_.nodes > maxNodes_) return tooMuch(fmt::format("more than {} values", maxNodes_));
    if (depth_ > stats_.depth) stats_.depth = depth_;
    if (at_ >= end) return cutOff();
    const Head head = headOf(static_cast<std::uint8_t>(bytes_[at_++]));
    if (!head.valid) return malformed("a byte that msgpack does not use");
    std::uint64_t size = head.fixed;
    if (head.lengthBytes > 0) {
      if (end - at_ < head.lengthBytes) return cutOff();
      for (int i = 0; i < head.lengthBytes; ++i) size = size << 8 | static_cast<std::uint8_t>(bytes_[at_++]);
    }
    switch (head.shape) {
      case Head::Shape::scalar: return {};
      case Head::Shape::bytes: return pass(size, end);
      case Head::Shape::ext: return extension(size, end);
      case Head::Shape::array: return enter(size, end, false);
      case Head::Shape::map: return enter(2 * size, end, false);
    }
    return {};
  }

  Result<void> pass(std::uint64_t size, std::size_t end) {
    if (size > end - at_) return cutOff();
    at_ += static_cast<std::size_t>(size);
    return {};
  }

  Result<void> extension(std::uint64_t size, std::size_t end) {
    if (at_ >= end) return cutOff();
    const auto type = static_cast<std::uint8_t>(bytes_[at_++]);
    if (size > end - at_) return cutOff();
    if (!holdsDocument(type)) return pass(size, end);
    return enter(1, at_ + static_cast<std::size_t>(size), true);
  }

  // Every value takes a byte at least, so all open counts together cannot exceed the bytes that are left.
  Result<void> enter(std::uint64_t values, std::size_t end, bool exact) {
    if (depth_ >= maxDepth_) return tooMuch(fmt::format("nested deeper than {}", maxDepth_));
    if (values > bytes_.size() - at_ || (pending_ += values) > bytes_.size() - at_) return cutOff();
    open_[depth_++] = {values, end, exact};
    return {};
  }

  static Error malformed(const char* message) { return fail(Code::FL0310, message); }
  static Error cutOff() { return fail(Code::FL0311, "the message is cut off or claims more than it holds"); }
  static Error tooMuch(std::string message) { return fail(Code::FL0311, "a message is " + std::move(message)); }

  std::string_view bytes_;
  std::size_t maxDepth_, maxNodes_;
  std::size_t at_ = 0;
  std::size_t depth_ = 1;
  std::uint64_t pending_ = 0;
  ScanStats stats_;
  std::array<Frame, kHardDepth + 1> open_;
};

}  // namespace

Result<ScanStats> prescan(std::string_view bytes, const ScanLimits& limits) {
  if (bytes.size() > limits.bytes)
    return fail(Code::FL0311, fmt::format("a message of {} bytes exceeds the limit of {}", bytes.size(), limits.bytes));
  return Scanner(bytes, limits).run();
}

}  // namespace fleetd::bus
