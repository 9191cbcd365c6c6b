// fleet/cxx/unpack.hpp - Reader: a bounded pull reader of msgpack. It never allocates and believes no claimed
// length.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "pack.hpp"
#include "result.hpp"
#include "utf8.hpp"

namespace fleet {

enum class Kind : std::uint8_t { end, invalid, nil, boolean, integer, number, str, bin, array, map, ext };

struct Ext {
  ExtType type{};
  std::string_view body;
};

// Views point into the input, which must outlive them. After an error the reader stands at an unspecified
// place.
class Reader {
 public:
  explicit Reader(std::string_view input) : in_(input) {}
  Reader(const void* data, std::uint64_t size) : in_(static_cast<const char*>(data), static_cast<std::size_t>(size)) {}

  bool done() const { return in_.empty(); }
  std::size_t left() const { return in_.size(); }
  std::string_view rest() const { return in_; }

  // What comes next, without consuming it.
  Kind next() const {
    if (in_.empty()) return Kind::end;
    const auto t = first();
    if (t < 0x80 || t >= 0xe0) return Kind::integer;
    if (t < 0x90) return Kind::map;
    if (t < 0xa0) return Kind::array;
    if (t < 0xc0) return Kind::str;
    if (t == 0xc0) return Kind::nil;
    if (t == 0xc1) return Kind::invalid;
    if (t <= 0xc3) return Kind::boolean;
    if (t <= 0xc6) return Kind::bin;
    if (t <= 0xc9) return Kind::ext;
    if (t <= 0xcb) return Kind::number;
    if (t <= 0xd3) return Kind::integer;
    if (t <= 0xd8) return Kind::ext;
    if (t <= 0xdb) return Kind::str;
    return t <= 0xdd ? Kind::array : Kind::map;
  }

  Result<void> nil() {
    if (next() != Kind::nil) return expected("nil");
    in_.remove_prefix(1);
    return {};
  }
  Result<bool> boolean() {
    if (next() != Kind::boolean) return expected("a boolean");
    return take() == 0xc3;
  }
  // Integers of any width; unsigned ones above the signed range are refused.
  Result<std::int64_t> integer() {
    if (next() != Kind::integer) return expected("an integer");
    const auto t = take();
    if (t < 0x80) return std::int64_t{t};
    if (t >= 0xe0) return std::int64_t{t} - 0x100;
    const unsigned width = 1u << (t & 3);
    if (in_.size() < width) return truncated();
    const auto bits = big(width);
    if (t >= 0xd0) return signExtend(bits, width);
    if (bits > INT64_MAX) return overLimit("integer above 2^63-1");
    return static_cast<std::int64_t>(bits);
  }
  // Unsigned integers of the whole 64-bit range (correlation numbers); negative ones are refused.
  Result<std::uint64_t> natural() {
    if (next() == Kind::integer && first() == 0xcf) {
      if (in_.size() < 9) return truncated();
      take();
      return big(8);
    }
    FLEET_TRY_ASSIGN(const auto value, integer());
    if (value < 0) return malformed("expected a number that is not negative");
    return static_cast<std::uint64_t>(value);
  }
  // A finite floating-point number.
  Result<double> number() {
    if (next() != Kind::number) return expected("a floating-point number");
    const unsigned width = take() == 0xca ? 4 : 8;
    if (in_.size() < width) return truncated();
    const auto bits = big(width);
    const double value = width == 4 ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)))
                                    : std::bit_cast<double>(bits);
    if (!std::isfinite(value)) return malformed("a number must be finite");
    return value;
  }
  // Text, checked to be UTF-8.
  Result<std::string_view> str() {
    if (next() != Kind::str) return expected("a string");
    const auto t = take();
    FLEET_TRY_ASSIGN(const auto text, t < 0xc0 ? bytes(t & 0x1f) : sized(1u << (t - 0xd9)));
    if (!isUtf8(text)) return malformed("a string is not valid UTF-8");
    return text;
  }
  Result<std::string_view> bin() {
    if (next() != Kind::bin) return expected("bytes");
    return sized(1u << (take() - 0xc4));
  }
  // The number of elements that follow; never more than bytes are left.
  Result<std::uint32_t> array() {
    if (next() != Kind::array) return expected("an array");
    const auto t = take();
    return count(t < 0xa0 ? t & 0x0fu : length(t == 0xdc ? 2 : 4), 1);
  }
  // The number of pairs that follow.
  Result<std::uint32_t> map() {
    if (next() != Kind::map) return expected("a map");
    const auto t = take();
    return count(t < 0x90 ? t & 0x0fu : length(t == 0xde ? 2 : 4), 2);
  }
  Result<Ext> ext() {
    if (next() != Kind::ext) return expected("an extension value");
    const auto t = take();
    const std::uint64_t size = t >= 0xd4 ? 1u << (t - 0xd4) : length(1u << (t - 0xc7));
    if (size == kShort || in_.size() <= size) return truncated();
    Ext out{static_cast<ExtType>(static_cast<std::int8_t>(take())), in_.substr(0, static_cast<std::size_t>(size))};
    in_.remove_prefix(out.body.size());
    return out;
  }
  // Passes over one value, however deep, in constant stack.
  Result<void> skip() {
    for (std::uint64_t pending = 1; pending > 0; --pending) {
      switch (next()) {
        case Kind::end: return truncated();
        case Kind::invalid: return malformed("a byte that msgpack does not use");
        case Kind::nil:
        case Kind::boolean: in_.remove_prefix(1); break;
        case Kind::integer: FLEET_TRY(skipInteger()); break;
        case Kind::number: FLEET_TRY(number()); break;
        case Kind::str: FLEET_TRY(str()); break;
        case Kind::bin: FLEET_TRY(bin()); break;
        case Kind::ext: FLEET_TRY(ext()); break;
        case Kind::array: {
          FLEET_TRY_ASSIGN(const auto elements, array());
          pending += elements;
          break;
        }
        case Kind::map: {
          FLEET_TRY_ASSIGN(const auto pairs, map());
          pending += 2ull * pairs;
          break;
        }
      }
    }
    return {};
  }
  // Passes over these very bytes when they come next. Of a value that was read before, they are the same value again.
  bool again(std::string_view value) {
    if (value.empty() || !in_.starts_with(value)) return false;
    in_.remove_prefix(value.size());
    return true;
  }
  // The bytes of the next value as they are.
  Result<std::string_view> slice() {
    const auto before = in_;
    FLEET_TRY(skip());
    return before.substr(0, before.size() - in_.size());
  }

 private:
  static constexpr std::uint64_t kShort = ~std::uint64_t{0};

  std::uint8_t first() const { return static_cast<std::uint8_t>(in_.front()); }
  std::uint8_t take() {
    const auto t = first();
    in_.remove_prefix(1);
    return t;
  }
  // `width` bytes, known to be there.
  std::uint64_t big(unsigned width) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value = value << 8 | take();
    return value;
  }
  std::uint64_t length(unsigned width) { return in_.size() < width ? kShort : big(width); }
  Result<std::string_view> sized(unsigned width) { return bytes(length(width)); }
  Result<std::string_view> bytes(std::uint64_t size) {
    if (size == kShort || size > in_.size()) return truncated();
    const auto out = in_.substr(0, static_cast<std::size_t>(size));
    in_.remove_prefix(out.size());
    return out;
  }
  Result<std::uint32_t> count(std::uint64_t claimed, std::uint64_t each) {
    if (claimed == kShort || claimed * each > in_.size()) return truncated();
    return static_cast<std::uint32_t>(claimed);
  }
  Result<void> skipInteger() {
    const auto t = take();
    const std::size_t width = t < 0x80 || t >= 0xe0 ? 0 : std::size_t{1} << (t & 3);
    if (in_.size() < width) return truncated();
    in_.remove_prefix(width);
    return {};
  }
  static std::int64_t signExtend(std::uint64_t bits, unsigned width) {
    const unsigned shift = 64 - 8 * width;
    return static_cast<std::int64_t>(bits << shift) >> shift;
  }
  static Error truncated() { return overLimit("the message is cut off or claims more than it holds"); }
  Error expected(const char* what) const {
    if (in_.empty()) return truncated();
    return malformed(std::string("expected ") + what);
  }

  std::string_view in_;
};

}  // namespace fleet
