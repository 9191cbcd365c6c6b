// What somebody types as an answer, byte by byte.
#pragma once
#include <cstddef>
#include <cstdint>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

// Hidden answers come key by key, so that what a terminal does for visible ones is done here: keys that erase, Ctrl-D,
// Ctrl-C. Keys that send several bytes, such as arrows, are no part of any answer.
class Typing {
 public:
  // Errors: VARS02.
  static fleet::Result<Typing> begin(bool hidden, bool multiline);
  static fleet::Error interrupted();

  // Errors: VARS52 for Ctrl-C, for what is too long, and for a line that the terminal may have cut off.
  fleet::Result<void> take(std::uint8_t byte);
  // There will be no more bytes. Errors: VARS52 when that is no answer.
  fleet::Result<void> end();
  bool isDone() const { return done_; }
  SecretBytes answer();

 private:
  enum class Key : std::uint8_t { Plain, Escape, Sequence, Last };

  Typing(SecretBytes room, bool hidden, bool multiline)
      : bytes_(std::move(room)), hidden_(hidden), multiline_(multiline) {}
  bool isOfKey(std::uint8_t byte);
  bool edit(std::uint8_t byte);
  fleet::Result<void> controlD();
  fleet::Result<void> add(std::uint8_t byte);
  fleet::Result<void> newLine();
  std::uint8_t last() const { return bytes_.span()[size_ - 1]; }
  void drop() { bytes_.data()[--size_] = 0; }

  SecretBytes bytes_;
  std::size_t size_ = 0, line_ = 0;  // line_: where the last line begins
  bool hidden_, multiline_, done_ = false;
  bool paused_ = false;  // the byte before was Ctrl-D
  Key key_ = Key::Plain;
};

}  // namespace fleetd::vars
