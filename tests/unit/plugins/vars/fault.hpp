// Faults of the file system, put into this program's own calls: the n-th call that changes something ends the program
// or fails. Calls of libraries come here, too.
#pragma once
#include <string>

namespace fleetd::vars::fault {

enum class Kind { None, Kill, Error };

struct Plan {
  Kind kind = Kind::None;
  unsigned at = 0;       // the call that is hit, from 1
  int code = 0;          // an errno, of Error
  bool lasting = false;  // Error: all calls from this one on
  bool reads = false;    // Error: calls that only read are counted, too
};

// From here on, for paths below `root`. The count begins at 0.
void arm(const std::string& root, Plan plan);
// The calls counted since.
unsigned disarm();

}  // namespace fleetd::vars::fault
