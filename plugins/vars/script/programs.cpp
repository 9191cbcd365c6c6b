// PATH and the environment.
#include "plugins/vars/script/programs.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

extern char** environ;

namespace fleetd::vars {

std::string programInPath(const std::string& name) {
  const char* held = std::getenv("PATH");
  const std::string path = held ? held : "";
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string whole = path.substr(begin, end - begin) + "/" + name;
    if (whole.front() == '/' && ::access(whole.c_str(), X_OK) == 0) return whole;
    begin = end + 1;
  }
  return {};
}

std::vector<std::string> environmentForPrograms() {
  std::vector<std::string> out;
  for (char** one = environ; one && *one; ++one) {
    const std::string_view text(*one);
    if (!text.starts_with("SOPS_AGE_KEY=") && !text.starts_with("AGE_KEY=")) out.emplace_back(text);
  }
  return out;
}

}  // namespace fleetd::vars
