// Evaluates files `{ lib }: [ modules ]` and prints one JSON object a line: {"value": config} or {"error": message,
// "option": path}.
#include <cstdio>

#include "kernel/base/json_writer.hpp"
#include "tests/unit/compose/helpers.hpp"

namespace {

using fleetd::lang::Value;

std::string evaluate(const std::string& file) {
  fleetd::compose::test::Nix nix;
  Value v = nix.ev.evalFile(file);
  if (!v.isError()) v = nix.ev.call(v, nix.ev.attrs({{"lib", nix.ev.lib()}}), 0);
  if (!v.isError()) {
    const Value args = nix.ev.attrs({{"modules", v}, {"specialArgs", nix.ev.attrs({})}});
    v = nix.ev.call(nix.ev.select(nix.ev.lib(), nix.ev.symbol("evalModules"), 0), args, 0);
    v = nix.ev.select(v, nix.ev.symbol("config"), 0);
  }
  fleetd::base::Json json;
  Value error;
  std::string out;
  fleetd::base::JsonWriter writer(out);
  writer.beginObject();
  if (fleetd::compose::test::toJson(nix.ev, v, &json, &error)) {
    fleetd::base::writeJson(writer.key("value"), json);
  } else {
    writer.member("error", error.error->message).member("option", error.error->option);
  }
  writer.endObject();
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) std::printf("%s\n", evaluate(argv[i]).c_str());
  return 0;
}
