// The content of a key on its way from a text, a file or a program into a pipe.
#pragma once
#include <memory>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/deploy/colmena_keys.hpp"

namespace fleetd::deploy {

// Stands behind a content that arrived as a whole.
inline constexpr std::string_view kKeyEnd = "FLEETD-KEY-END";

class KeyPipe {
 public:
  // Starts to write, on a thread of its own. The key outlives the pipe. Errors: FL0003, FL0004, FL0007, FL0008.
  static Result<KeyPipe> open(const ColmenaKey& key);
  KeyPipe(KeyPipe&&) noexcept;
  KeyPipe& operator=(KeyPipe&&) = delete;
  ~KeyPipe();  // a program that still writes is ended

  int reading() const;  // to be read to its end; stays the pipe's
  // Ends the reading end, and says whether all was written: FL0007 for a program that failed, FL0003 for a file.
  Result<void> end();

 private:
  struct State;
  explicit KeyPipe(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace fleetd::deploy
