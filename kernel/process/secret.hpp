// Secret: a few bytes in locked memory that is not swapped, dumped or handed to children, and wiped at the end.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::process {

class Secret {
 public:
  static constexpr std::size_t kMost = 4095;  // bytes

  // Asks on the terminal without showing what is typed, and leaves it as it was even when a signal ends the process;
  // where standard input is none, its first line is taken. Thread: any, one at a time. Errors: FL0003 when memory
  // cannot be locked, FL0903 without an answer or with one that is too long.
  static Result<std::shared_ptr<Secret>> ask(const std::string& question);
  // One line of a descriptor.
  static Result<std::shared_ptr<Secret>> readLine(int fd);
  ~Secret();
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  std::string_view bytes() const { return {memory_, size_}; }

 private:
  explicit Secret(char* memory) : memory_(memory) {}

  char* memory_;
  std::size_t size_ = 0;
};

// A pipe that gives the secret, a newline, `text`, and then all that `rest` gives (-1: nothing), fed by a thread of its
// own that ends with the reader. `rest` is kept by the caller until the reader has ended. Error FL0003.
Result<base::UniqueFd> secretPipe(std::shared_ptr<const Secret> secret, std::string text, int rest);

}  // namespace fleetd::process
