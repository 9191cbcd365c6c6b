// Running what does not depend on each other on all cores.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "plugins/vars/generators/builtin.hpp"

namespace fleetd::vars {

using Work = std::function<fleet::Result<Outputs>()>;

struct Finished {
  std::string place;
  fleet::Result<Outputs> outputs;
};

// What is to run, in an order in which everything comes after what it needs.
struct Plan {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> needs;  // those of `order` only
};

class Schedule {
 public:
  // Called on the thread of run(). prepare: everything it needs is stored; the work is then done on another thread.
  // An error ends as if the work had failed. store: all that has finished by now, in the order of the plan; those
  // named by the answer have failed.
  std::function<fleet::Result<Work>(const std::string& place)> prepare;
  std::function<std::vector<std::string>(std::vector<Finished> finished)> store;
  // Something it needs has failed.
  std::function<void(const std::string& place)> skip;

  void run(const Plan& plan, std::size_t threads);
};

}  // namespace fleetd::vars
