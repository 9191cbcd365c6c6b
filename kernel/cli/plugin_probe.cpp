// `fleetd plugin probe`: the child of `plugin check`. Its standard output carries records, one a line, fields parted by
// tabs; what the plugin prints goes to a file nobody reads.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "kernel/base/fd.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/plugin_project.hpp"
#include "kernel/plugin/probe.hpp"
#include "kernel/process/confine.hpp"
#include "kernel/render/expression_check.hpp"

namespace fleetd::cli {

namespace {

// One line a record, written at once: what follows may be the end of the process.
class Records {
 public:
  explicit Records(int fd) : fd_(fd) {}
  void line(std::initializer_list<std::string_view> fields) const {
    std::string out;
    for (const auto field : fields) {
      if (!out.empty()) out += '\t';
      out += base::sanitize(field);
    }
    for (char& c : out)
      if (c == '\n') c = ' ';
    out += '\n';
    for (std::string_view rest = out; !rest.empty();) {
      const ssize_t done = write(fd_, rest.data(), rest.size());
      if (done <= 0) _exit(3);  // nobody listens
      rest.remove_prefix(static_cast<std::size_t>(done));
    }
  }

 private:
  int fd_;
};

void limitResources() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

// Goes on in a child, whose number is another than this one's even where a sandbox counts from one again. Ends as it
// does.
void goOnInAChild() {
  const pid_t pid = fork();
  if (pid <= 0) return;
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
  }
  _exit(WEXITSTATUS(status));
}

}  // namespace

int runPluginProbe(Context& cx) {
  limitResources();
  if (cx.args.positional(0) == "probe-again") goOnInAChild();
  const int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  std::FILE* sink = std::tmpfile();
  if (out < 0 || !sink || dup2(fileno(sink), STDOUT_FILENO) < 0)
    return cx.fail({base::Code::FL0007, "the probe cannot set its output aside", "", {}});
  const Records records(out);
  off_t seen = 0;
  plugin::ProbeReport report;
  report.begin = [&](const std::string& step) { records.line({"S", step}); };
  report.find = [&](const std::string& step, const base::Error& finding) {
    records.line({"F", base::info(finding.code).id, step, finding.message, finding.hint});
  };
  report.answer = [&](const std::string& step, const base::Hash256& hash) { records.line({"A", step, hash.hex()}); };
  report.manifest = [&](const plugin::Manifest& m, fleet_version_t sdk) {
    records.line({"M", m.id, m.name, m.version, plugin::roleName(m.role), plugin::formatVersion(sdk)});
  };
  report.wroteToOutput = [&] {
    std::fflush(stdout);
    struct stat now {};
    const bool more = fstat(STDOUT_FILENO, &now) == 0 && now.st_size > seen;
    seen = now.st_size;
    return more;
  };
  if (const auto closed = process::lockDown(); !closed) return cx.fail(closed.error());
  plugin::probeLibrary(std::string(cx.args.positional(1)), render::checkExpression, report);
  records.line({"E"});
  _exit(0);  // nothing of the plugin runs any more
}

}  // namespace fleetd::cli
