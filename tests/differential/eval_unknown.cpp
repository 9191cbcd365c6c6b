// Evaluates files `{ lib, u }: [ case … ]` where nothing is known of `u`; a case is a set. Prints one JSON object a
// case: name -> {"value": …} with {"$expr": …} for what is not known, or {"error": message}.
#include <cstdio>

#include "kernel/base/json_writer.hpp"
#include "kernel/lang/to_json.hpp"
#include "tests/unit/compose/helpers.hpp"

namespace {

using fleetd::compose::test::Nix;
using fleetd::lang::Tag;
using fleetd::lang::Value;

void write(Nix& nix, Value lazy, fleetd::base::JsonWriter& out) {
  Value v = nix.ev.force(lazy);
  std::string text;
  fleetd::base::JsonWriter inner(text);
  if (!v.isError()) {
    const Value failed = fleetd::lang::writeJson(nix.ev, v, inner, fleetd::lang::UnknownJson::Object);
    if (failed.isError()) v = failed;
  }
  out.beginObject();
  if (v.isError())
    out.member("error", v.error->message);
  else
    out.key("value").raw(text);
  out.endObject();
}

int evaluate(const std::string& file) {
  Nix nix;
  Value v = nix.ev.evalFile(file);
  if (!v.isError()) v = nix.ev.call(v, nix.ev.attrs({{"lib", nix.ev.lib()}, {"u", nix.ev.unknownRoot("u")}}), 0);
  if (!v.is(Tag::List)) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(), v.isError() ? std::string(v.error->message).c_str() : "no list");
    return 1;
  }
  for (const Value& element : v.list()) {
    const Value one = nix.ev.force(element);
    std::string out;
    fleetd::base::JsonWriter json(out);
    json.beginObject();
    if (one.is(Tag::Attrs))
      for (const auto* attr : nix.ev.sortedByName(one.attrs))
        write(nix, attr->value, json.key(nix.ev.text(attr->name)));
    json.endObject();
    std::printf("%s\n", out.c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return argc == 2 ? evaluate(argv[1]) : 2; }
