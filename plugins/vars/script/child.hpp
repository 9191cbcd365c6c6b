// A child that is fed, listened to, and ended when it takes too long.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "plugins/common/secret_bytes.hpp"

namespace fleetd::vars {

struct ChildPlan {
  std::vector<std::string> words, environment;  // an absolute program; KEY=VALUE
  const std::vector<SecretBytes>* input = nullptr;
  std::chrono::milliseconds timeout{0};
  std::size_t maxOutput = 0;  // bytes; more ends it
  bool dropRoot = false;      // as root: become nobody first
  bool ownGroup = true;       // a process group of its own; without one it may talk to the terminal
};

struct ChildEnd {
  enum class How : unsigned char { Exit, Signal, TooLong, TooMuch };
  How how = How::Exit;
  int number = 0;      // of the exit or the signal
  SecretBytes output;  // what it gave on standard output
  std::string errors;  // the last 8 KiB of what it said
};

// Its process group, if it has one of its own, is ended with it. Errors: VARS76 when it cannot be started. Thread: any,
// several at once.
fleet::Result<ChildEnd> runChild(const ChildPlan& plan);

}  // namespace fleetd::vars
