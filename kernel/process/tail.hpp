// Tail: the end of a text that may be endless.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "kernel/base/text.hpp"

namespace fleetd::process {

class Tail {
 public:
  explicit Tail(std::size_t limit = 8192) : limit_(limit) {}

  void add(std::string_view piece) {
    if (piece.size() >= limit_) {
      text_.assign(piece.substr(piece.size() - limit_));
      cut_ = cut_ || piece.size() > limit_;
      return;
    }
    text_ += piece;
    if (text_.size() <= limit_) return;
    text_.erase(0, text_.size() - limit_);
    cut_ = true;
  }

  // The last lines that are not empty, harmless for a terminal, each cut after `width` bytes.
  std::vector<std::string> lines(std::size_t most = 10, std::size_t width = 200) const {
    std::vector<std::string> out;
    auto all = base::splitLines(text_);
    if (cut_ && all.size() > 1) all.erase(all.begin());  // half a line
    for (auto line = all.rbegin(); line != all.rend() && out.size() < most; ++line)
      if (const auto text = base::trim(*line); !text.empty()) out.push_back(base::sanitize(text.substr(0, width)));
    return {out.rbegin(), out.rend()};
  }

 private:
  std::size_t limit_;
  std::string text_;
  bool cut_ = false;
};

}  // namespace fleetd::process
