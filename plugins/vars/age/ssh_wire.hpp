// Fields of ssh's wire format, bounds first.
#pragma once
#include <cstring>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars::age {

class Wire {
 public:
  explicit Wire(View bytes) : rest_(bytes) {}
  bool number(std::uint32_t& out) {
    if (rest_.size() < 4) return false;
    out = static_cast<std::uint32_t>(rest_[0]) << 24 | static_cast<std::uint32_t>(rest_[1]) << 16 |
          static_cast<std::uint32_t>(rest_[2]) << 8 | rest_[3];
    rest_ = rest_.subspan(4);
    return true;
  }
  bool string(View& out) {
    std::uint32_t size = 0;
    if (!number(size) || size > rest_.size()) return false;
    out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return true;
  }
  bool is(std::string_view expected) {
    View field;
    return string(field) && field.size() == expected.size() &&
           std::memcmp(field.data(), expected.data(), expected.size()) == 0;
  }
  bool done() const { return rest_.empty(); }
  View rest() const { return rest_; }

 private:
  View rest_;
};

}  // namespace fleetd::vars::age
