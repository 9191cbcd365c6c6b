// Terminal queries.
#include "kernel/base/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "kernel/base/text.hpp"

namespace fleetd::base {

namespace {
std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}
}  // namespace

bool isTerminal(int fd) { return ::isatty(fd) == 1; }

unsigned terminalWidth(int fd) {
  unsigned width = 0;
  struct winsize size {};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width == 0)
    width = static_cast<unsigned>(std::clamp<long long>(parseInt(environment("COLUMNS")).value_or(0), 0, 500));
  if (width == 0) width = 80;
  return std::clamp(width, 20u, 500u);
}

bool wantsColor(int fd) { return environment("NO_COLOR").empty() && environment("TERM") != "dumb" && isTerminal(fd); }

}  // namespace fleetd::base
