// `fleetd plugin`: the workbench of people who write plugins.
#include <fmt/format.h>

#include "kernel/cli/context.hpp"
#include "kernel/cli/plugin_project.hpp"

namespace fleetd::cli {

int runPlugin(Context& cx) {
  const std::string_view verb = cx.args.positional(0);
  if (verb == "new") return runPluginNew(cx);
  if (verb == "check") return runPluginCheck(cx);
  if (verb == "probe" || verb == "probe-again") return runPluginProbe(cx);
  if (verb.empty())
    return cx.fail(
        {base::Code::FL0903, "`fleetd plugin` needs `new` or `check`", "`fleetd help plugin` explains them", {}});
  std::string hint = suggestion(verb, {"new", "check"});
  return cx.fail({base::Code::FL0903,
                  fmt::format("unexpected argument `{}`", shownWord(verb)),
                  hint.empty() ? "`new` or `check`; `fleetd plugins` lists what is installed" : hint,
                  {}});
}

}  // namespace fleetd::cli
