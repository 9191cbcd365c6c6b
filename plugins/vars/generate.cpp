// Prompts first, then every generator in order.
#include "plugins/vars/generate.hpp"

#include "plugins/vars/generators/builtin.hpp"
#include "plugins/vars/terminal.hpp"

namespace fleetd::vars {

namespace {

using Answers = std::map<std::string, SecretBytes>;  // by prompt, of one generator

fleet::Error about(const GeneratorDecl& decl, fleet::Error error) {
  error.message = decl.place + ": " + error.message;
  return error;
}

// The answers of one generator. What was answered before and kept is not asked again, unless all is made anew.
fleet::Result<Answers> askAll(const Request& request, const GeneratorDecl& decl) {
  Answers out;
  for (const auto& [name, prompt] : decl.prompts) {
    const auto file = decl.files.find(name);
    if (prompt.persist && file != decl.files.end() && !request.wanted.regenerate) {
      if (file->second.secret && request.store.hasSecret(decl.place, name)) {
        FLEET_TRY_ASSIGN(out[name], request.store.readSecret(decl.place, name));
        continue;
      }
      if (!file->second.secret && request.store.hasPublic(decl.place, name)) {
        FLEET_TRY_ASSIGN(const auto text, request.store.readPublic(decl.place, name));
        FLEET_TRY_ASSIGN(out[name], SecretBytes::copy(text));
        continue;
      }
    }
    FLEET_TRY_ASSIGN(out[name], ask(decl.place + " " + name, prompt.description, prompt.type));
  }
  return out;
}

fleet::Result<Inputs> inputsOf(const Request& request, const GeneratorDecl& decl, Answers answers) {
  Inputs out;
  out.prompts = std::move(answers);
  for (const auto& name : decl.dependencies) {
    const GeneratorDecl* needed = dependencyOf(request.declarations, decl, name);
    if (!needed) continue;  // toRun() has refused it
    for (const auto& [file, kind] : needed->files) {
      const std::string id = name + "/" + file;
      if (kind.secret) {
        FLEET_TRY_ASSIGN(out.files[id], request.store.readSecret(needed->place, file));
      } else {
        FLEET_TRY_ASSIGN(const auto text, request.store.readPublic(needed->place, file));
        FLEET_TRY_ASSIGN(out.files[id], SecretBytes::copy(text));
      }
    }
  }
  return out;
}

fleet::Result<Outputs> run(const Request& request, const GeneratorDecl& decl, Answers answers) {
  Outputs kept;
  for (const auto& [name, prompt] : decl.prompts)
    if (prompt.persist) {
      FLEET_TRY_ASSIGN(kept[name], SecretBytes::copy(answers.at(name).span()));
    }
  if (!decl.builtin.isNil()) {
    FLEET_TRY_ASSIGN(const auto inputs, inputsOf(request, decl, std::move(answers)));
    FLEET_TRY_ASSIGN(auto made, generateBuiltin(decl.builtin, inputs, age::systemRandom()));
    for (auto& [file, value] : made) kept.insert_or_assign(file, std::move(value));
    return kept;
  }
  if (decl.script)
    return age::error("VARS70", "its script needs packages that only Nix has",
                      "set its files with `fleetd vars set`, or give the generator a `builtin`");
  return kept;
}

// Nothing is stored unless everything was made. Secrets go first: a public half whose secret is missing is made again,
// the other way round others would already rely on it.
fleet::Result<void> storeAll(Request& request, const GeneratorDecl& decl, const Outputs& outputs) {
  for (const auto& [file, kind] : decl.files)
    if (!outputs.contains(file)) return age::error("VARS71", "it did not make `" + file + "`");
  for (const bool secret : {true, false})
    for (const auto& [file, kind] : decl.files)
      if (kind.secret == secret) FLEET_TRY(storeFile(request.store, decl, file, outputs.at(file), request.groups));
  return request.store.writeHash(decl.place, decl.validationHash);
}

}  // namespace

fleet::Result<void> storeFile(Store& store, const GeneratorDecl& decl, const std::string& file,
                              const SecretBytes& value, const std::set<std::string>& groups) {
  const auto kind = decl.files.find(file);
  if (kind == decl.files.end()) return age::error("VARS60", decl.place + " has no file `" + file + "`");
  if (!kind->second.secret) return store.writePublic(decl.place, file, value.text());
  return store.writeSecret(decl.place, file, value, kind->second.deploy ? decl.machines : std::set<std::string>{},
                           groups);
}

fleet::Result<fleet::Value> generate(Request& request) {
  FLEET_TRY_ASSIGN(const auto order, toRun(request.declarations, request.store, request.wanted));
  Answer answer;
  std::map<std::string, Answers> answers;
  std::set<std::string> failed;
  const auto fails = [&](const GeneratorDecl& decl, fleet::Error error) {
    failed.insert(decl.place);
    const fleet::Error shown = about(decl, std::move(error));
    answer.problem(shown.message + (shown.code.empty() ? "" : " [" + shown.code + "]"), shown.hint);
  };
  for (const auto& place : order) {
    auto asked = askAll(request, request.declarations.at(place));
    if (asked)
      answers[place] = *std::move(asked);
    else
      fails(request.declarations.at(place), std::move(asked).error());
  }
  for (const auto& place : order) {
    const GeneratorDecl& decl = request.declarations.at(place);
    if (failed.contains(place)) continue;
    bool ready = true;
    for (const auto& name : decl.dependencies) {
      const auto* needed = dependencyOf(request.declarations, decl, name);
      ready = ready && !(needed && failed.contains(needed->place));
    }
    if (!ready) {
      fails(decl, age::error("", "it depends on one that failed"));
      continue;
    }
    auto outputs = run(request, decl, std::move(answers[place]));
    if (!outputs) {
      fails(decl, std::move(outputs).error());
      continue;
    }
    const auto stored = storeAll(request, decl, *outputs);
    if (!stored)
      fails(decl, std::move(stored).error());
    else
      answer.add("made " + place);
    answer.commit("vars: update via generator " + decl.name + " (" +
                      (decl.machine.empty() ? "shared" : "machine: " + decl.machine) + ")",
                  request.store.takeTouched());
  }
  return answer.value();
}

}  // namespace fleetd::vars
