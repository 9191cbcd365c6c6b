// Times making ZeroTier identities beside the official tool, one of each in turn, so that both meet the same machine:
// `zerotier_identity IDTOOL DIRECTORY`. Prints one figure a line: name, microseconds. How long one takes is up to
// chance, so the figures are means over many; `-cpu` is processor time of all threads.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include <fmt/core.h>

#include "kernel/base/clock.hpp"
#include "plugins/common/zerotier/identity.hpp"

namespace {

using namespace fleetd;

constexpr int kPairs = 60;

[[noreturn]] void give(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

double cpu(int whose) {
  rusage used{};
  ::getrusage(whose, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

struct Sum {
  double wall = 0, cpu = 0;
  template <class Body>
  void add(int whose, Body&& body) {
    const double before = ::cpu(whose);
    const base::Stopwatch watch;
    body();
    wall += static_cast<double>(watch.elapsed().count()) / 1000;
    cpu += ::cpu(whose) - before;
  }
  void print(const char* name) const {
    fmt::print("{} {:.0f}\n{}-cpu {:.0f}\n", name, wall / kPairs, name, cpu / kPairs);
  }
};

void official(const char* idtool, const std::string& file) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);  // it says where it wrote
    ::execl(idtool, "zerotier-idtool", "generate", file.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) give("the official tool fails");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) give("usage: zerotier_identity IDTOOL DIRECTORY");
  const std::string file = std::string(argv[2]) + "/identity.secret";
  Sum ours, theirs;
  for (int i = 0; i < kPairs; ++i) {
    ours.add(RUSAGE_SELF, [] {
      if (!zerotier::generateIdentity()) give("no identity was made");
    });
    theirs.add(RUSAGE_CHILDREN, [&] { official(argv[1], file); });
  }
  ours.print("identity");
  theirs.print("identity-official");
}
