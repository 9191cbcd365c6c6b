// Crash: when code that runs inside of this program ends it, by a signal or by exit() and its like, the program starts
// the command anew and knows who it was, as long as the command has done nothing that counts. Otherwise it says who it
// was.
#pragma once
#include <memory>
#include <string>
#include <vector>

namespace fleetd::process {

struct Crash {
  std::string name;
  int signal = 0;  // 0: it ended the program without one
};

// Once, at the beginning: takes note of the crashes before this program started itself anew, and of how it was started.
void catchCrashes(char** argv);
// Those crashes, in their order.
const std::vector<Crash>& crashes();

// As long as one lives, a crash on this thread is the fault of `name`. The stack may be used up, too.
class Suspect {
 public:
  explicit Suspect(std::string name);
  ~Suspect();
  Suspect(const Suspect&) = delete;
  Suspect& operator=(const Suspect&) = delete;

 private:
  struct Saved;
  std::string name_;
  std::unique_ptr<Saved> saved_;
};

// As long as one lives, the command may be started anew: so far it has only read files. Main thread.
class Repeatable {
 public:
  explicit Repeatable(bool may = true);
  ~Repeatable();
  Repeatable(const Repeatable&) = delete;
  Repeatable& operator=(const Repeatable&) = delete;

 private:
  bool may_;
};
// What cannot be done twice was done: standard input was read, or something printed.
void cannotRepeat();

}  // namespace fleetd::process
