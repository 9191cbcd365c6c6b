// fleet/cxx/pack.hpp - Packer: writes msgpack in its one canonical form (shortest integers and lengths). No
// dependency.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace fleet {

// Extension types of fleetd's documents; anything else is refused.
enum class ExtType : std::int8_t {
  reference = 1,   // option path: array of names
  text = 2,        // interpolated text: array of parts
  secret = 3,      // [machine | nil, generator, file, "path" | "value"]
  span = 4,        // [file, offset, length]
  property = 5,    // ["if", condition, value] ["override", n, value] ["order", n, value] ["merge", [value...]]
  hash = 6,        // 32 raw bytes
  expression = 7,  // Nix source, raw UTF-8
  package = 8,     // "pkgs.foo.bar", raw UTF-8
};

// Appends to a string. Maps must be written with sorted keys by the caller.
class Packer {
 public:
  void nil() { byte(0xc0); }
  void boolean(bool value) { byte(value ? 0xc3 : 0xc2); }

  void integer(std::int64_t value) {
    if (value >= 0) return natural(static_cast<std::uint64_t>(value));
    if (value >= -32) return byte(static_cast<std::uint8_t>(value & 0xff));
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= INT8_MIN) return tagged(0xd0, bits, 1);
    if (value >= INT16_MIN) return tagged(0xd1, bits, 2);
    if (value >= INT32_MIN) return tagged(0xd2, bits, 4);
    tagged(0xd3, bits, 8);
  }
  void natural(std::uint64_t value) {
    if (value < 0x80) return byte(static_cast<std::uint8_t>(value));
    if (value <= UINT8_MAX) return tagged(0xcc, value, 1);
    if (value <= UINT16_MAX) return tagged(0xcd, value, 2);
    if (value <= UINT32_MAX) return tagged(0xce, value, 4);
    tagged(0xcf, value, 8);
  }
  // Readers refuse what is not a finite number.
  void number(double value) { tagged(0xcb, std::bit_cast<std::uint64_t>(value), 8); }

  void str(std::string_view text) {
    const auto size = text.size();
    if (size < 32)
      byte(static_cast<std::uint8_t>(0xa0 | size));
    else
      sized(0xd9, size);
    out_.append(text);
  }
  void bin(std::string_view bytes) {
    sized(0xc4, bytes.size());
    out_.append(bytes);
  }
  void array(std::size_t count) { counted(0x90, 0xdc, count); }
  void map(std::size_t count) { counted(0x80, 0xde, count); }

  void ext(ExtType type, std::string_view body) {
    switch (body.size()) {
      case 1: byte(0xd4); break;
      case 2: byte(0xd5); break;
      case 4: byte(0xd6); break;
      case 8: byte(0xd7); break;
      case 16: byte(0xd8); break;
      default: sized(0xc7, body.size());
    }
    byte(static_cast<std::uint8_t>(type));
    out_.append(body);
  }
  // Bytes that are whole msgpack values already.
  void raw(std::string_view bytes) { out_.append(bytes); }

  // Room for so many bytes at once.
  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  // Empty again; the room stays.
  void clear() { out_.clear(); }

  std::string_view view() const { return out_; }
  std::size_t size() const { return out_.size(); }
  std::string take() { return std::exchange(out_, {}); }

 private:
  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void bigEndian(std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) byte(static_cast<std::uint8_t>(value >> shift));
  }
  void tagged(std::uint8_t tag, std::uint64_t value, int bytes) {
    byte(tag);
    bigEndian(value, bytes);
  }
  // `tag` is the form with an 8-bit length; the 16- and 32-bit forms follow it.
  void sized(std::uint8_t tag, std::size_t size) {
    if (size <= UINT8_MAX) return tagged(tag, size, 1);
    if (size <= UINT16_MAX) return tagged(static_cast<std::uint8_t>(tag + 1), size, 2);
    tagged(static_cast<std::uint8_t>(tag + 2), size, 4);
  }
  void counted(std::uint8_t fix, std::uint8_t tag16, std::size_t count) {
    if (count < 16) return byte(static_cast<std::uint8_t>(fix | count));
    if (count <= UINT16_MAX) return tagged(tag16, count, 2);
    tagged(static_cast<std::uint8_t>(tag16 + 1), count, 4);
  }

  std::string out_;
};

}  // namespace fleet
