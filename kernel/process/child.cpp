// Starting a process and leaving it running.
#include "kernel/process/child.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/core.h>

#include "kernel/process/spawn_impl.hpp"

namespace fleetd::process {

Result<Child> startChild(const std::vector<std::string>& argv, const std::vector<std::string>& environment) {
  const auto failed = [&](std::string_view why) {
    return Error{Code::FL0007, fmt::format("cannot start `{}`: {}", argv.empty() ? "" : argv.front(), why), "", {}};
  };
  if (argv.empty() || holdsNul(argv) || holdsNul(environment)) return failed("its words cannot be passed on");
  base::Pipe in = base::makePipe(), out = base::makePipe(), err = base::makePipe();
  if (!in.read || !out.read || !err.read) return failed(std::strerror(errno));
  SpawnPlan plan;
  int code = plan.signals(true);
  if (code == 0) code = ::posix_spawn_file_actions_adddup2(&plan.actions, in.read.get(), 0);
  if (code == 0) code = plan.stream(Stream::Capture, out.write, 1);
  if (code == 0) code = plan.stream(Stream::Capture, err.write, 2);
  if (code == 0) code = plan.workingDir("/");
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  // What somebody left open without close-on-exec, too.
  if (code == 0) code = ::posix_spawn_file_actions_addclosefrom_np(&plan.actions, 3);
#endif
  const std::vector<char*> words = pointers(argv);
  const std::vector<char*> variables = pointers(environment);
  pid_t pid = 0;
  if (code == 0)
    code = ::posix_spawn(&pid, argv.front().c_str(), &plan.actions, &plan.attributes, words.data(), variables.data());
  if (code != 0) return failed(std::strerror(code));
  base::setNonBlocking(out.read.get());
  base::setNonBlocking(err.read.get());
  return Child{ChildExit(pid), std::move(in.write), std::move(out.read), std::move(err.read)};
}

}  // namespace fleetd::process
