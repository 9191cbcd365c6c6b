#include "kernel/cli/watch.hpp"

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/base/tree_watch.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/locate.hpp"

namespace fleetd::cli {

namespace {

Result<std::vector<std::string>> watchedRoots(const Context& cx) {
  FLEETD_TRY_ASSIGN(std::string root, locateFleet(cx.args.value("--fleet"), cx.args.has("--fleet")));
  std::vector<std::string> out{std::move(root)};
  FLEETD_TRY_ASSIGN(const auto overrides, cx.inputOverrides());
  for (const fleet::InputOverride& one : overrides) {
    const std::string_view text = one.reference;
    const auto path = absolutePath(text.starts_with("path:") ? text.substr(5) : text);
    if (path && base::isDirectory(*path)) {
      FLEETD_TRY_ASSIGN(std::string directory, base::realPath(*path));
      out.push_back(std::move(directory));
    }
  }
  return out;
}

std::string whatChanged(const std::vector<std::string>& changed, const std::string& root) {
  std::string_view first = changed.front();
  if (first.starts_with(root + "/")) first.remove_prefix(root.size() + 1);
  const std::string shown = base::sanitize(first);  // a name of a file, which may hold anything
  if (changed.size() == 1) return fmt::format("{} changed", shown);
  return fmt::format("{} and {} more changed", shown, changed.size() - 1);
}

// A pipe whose reader left is noticed although nothing is written meanwhile.
bool isRead() {
  pollfd one{STDOUT_FILENO, 0, 0};
  return ::poll(&one, 1, 0) <= 0 || (one.revents & POLLERR) == 0;
}

}  // namespace

int watchFleet(Context& cx, const std::function<int(Context&)>& once) {
  const auto roots = watchedRoots(cx);
  if (!roots) return cx.fail(roots.error());
  auto watch = base::TreeWatch::open(*roots);
  if (!watch) return cx.fail(watch.error());
  int code = kOk;
  for (;;) {
    {
      Context pass(cx.args, cx.out);
      code = once(pass);
    }
    cx.out.drain();
    const auto changed = watch->next(isRead);
    if (!changed) return worse(cx.fail(changed.error()), code);
    if (changed->empty() || cx.out.readerGone()) return code;
    if (!cx.json() && !cx.quiet())
      cx.out.write(fmt::format("\n{}\n\n", cx.out.styled(kDim, whatChanged(*changed, roots->front()))));
  }
}

}  // namespace fleetd::cli
