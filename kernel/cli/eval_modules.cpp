// `fleetd eval-modules`: lib.evalModules over the modules of a file.
#include "kernel/cli/evaluation.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/compose/compose.hpp"

namespace fleetd::cli {

namespace {

using lang::Value;

// (lib.evalModules { modules = import FILE { inherit lib; }; specialArgs = { }; }).config
Value configOf(lang::Evaluator& ev, const std::string& path) {
  const Value lib = ev.lib();
  if (lib.isError()) return lib;
  const Value file = ev.evalFile(path);
  if (file.isError()) return file;
  const Value modules = ev.call(file, ev.attrs({{"lib", lib}}), 0);
  if (modules.isError()) return modules;
  const Value evalModules = ev.select(lib, ev.symbol("evalModules"), 0);
  if (evalModules.isError()) return evalModules;
  const Value result =
      ev.call(evalModules, ev.attrs({{"modules", modules}, {"specialArgs", Value::of(ev.newBindings(0))}}), 0);
  return result.isError() ? result : ev.select(result, ev.names().config, 0);
}

}  // namespace

int runEvalModules(Context& cx) {
  const std::string_view file = cx.args.positional(0);
  if (file.empty()) return cx.fail({base::Code::FL0903, "FILE is empty", "", {}});
  const auto path = absolutePath(file);
  if (!path) return cx.fail(path.error());
  Evaluation evaluation(cx);
  compose::installCompose(evaluation.evaluator());
  return evaluation.print(configOf(evaluation.evaluator(), *path));
}

}  // namespace fleetd::cli
