// Record: numbers and texts as bytes, between two processes of the same program. Not for files: the layout is the
// machine's.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace fleetd::base {

class RecordWriter {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void plain(const T& value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  void count(std::size_t number) { plain(static_cast<std::uint64_t>(number)); }
  void text(std::string_view text) {
    count(text.size());
    out_ += text;
  }
  void texts(const std::vector<std::string>& texts) {
    count(texts.size());
    for (const std::string& text : texts) this->text(text);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Each function takes something off the front, and answers false when it is not there as a whole.
class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : in_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T>
  bool plain(T& value) {
    if (in_.size() < sizeof value) return false;
    std::memcpy(&value, in_.data(), sizeof value);
    in_.remove_prefix(sizeof value);
    return true;
  }
  // How many items follow; each has a byte at least.
  bool count(std::size_t& number) {
    std::uint64_t read = 0;
    if (!plain(read) || read > in_.size()) return false;
    number = static_cast<std::size_t>(read);
    return true;
  }
  bool text(std::string& text) {
    std::size_t size = 0;
    if (!count(size)) return false;
    text.assign(in_.data(), size);
    in_.remove_prefix(size);
    return true;
  }
  bool texts(std::vector<std::string>& texts) {
    return items(texts, [this](std::string& text) { return this->text(text); });
  }
  template <class T, class F>
  bool items(std::vector<T>& items, F&& read) {
    std::size_t number = 0;
    if (!count(number)) return false;
    items.resize(number);
    return std::all_of(items.begin(), items.end(), read);
  }
  std::string_view rest() const { return in_; }

 private:
  std::string_view in_;
};

}  // namespace fleetd::base
