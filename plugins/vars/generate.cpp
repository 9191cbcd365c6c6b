// Prompts first, then every generator as soon as what it needs is stored, on all cores.
#include "plugins/vars/generate.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>

#include "plugins/vars/generators/builtin.hpp"
#include "plugins/vars/schedule.hpp"
#include "plugins/vars/terminal.hpp"

namespace fleetd::vars {

namespace {

using Answers = std::map<std::string, SecretBytes>;  // by prompt, of one generator

fleet::Error about(const GeneratorDecl& decl, fleet::Error error) {
  error.message = decl.place + ": " + error.message;
  return error;
}

// What was answered before and kept; nothing when there is no such answer.
fleet::Result<std::optional<SecretBytes>> storedAnswer(const Request& request, const GeneratorDecl& decl,
                                                       const std::string& name) {
  std::optional<SecretBytes> out;
  const auto file = decl.files.find(name);
  if (!decl.prompts.at(name).persist || file == decl.files.end()) return out;
  if (file->second.secret && request.store.hasSecret(decl.place, name)) {
    FLEET_TRY_ASSIGN(out, request.store.readSecret(decl.place, name));
  } else if (!file->second.secret && request.store.hasPublic(decl.place, name)) {
    FLEET_TRY_ASSIGN(const auto text, request.store.readPublic(decl.place, name));
    FLEET_TRY_ASSIGN(out, SecretBytes::copy(text));
  }
  return out;
}

// The answers of one generator. What was answered before and kept is not asked again, and offered when all is made
// anew.
fleet::Result<Answers> askAll(const Request& request, const GeneratorDecl& decl) {
  Answers out;
  for (const auto& [name, prompt] : decl.prompts) {
    auto stored = storedAnswer(request, decl, name);
    if (!request.wanted.regenerate) {
      if (!stored) return std::move(stored).error();
      if (*stored) {
        out[name] = std::move(**stored);
        continue;
      }
    }
    // Who cannot read it can answer it all the same.
    const bool has = stored && *stored;
    const auto file = decl.files.find(name);
    FLEET_TRY_ASSIGN(out[name], ask({decl.place + " " + name, prompt.description, prompt.help, prompt.type,
                                     has ? &**stored : nullptr, has && !file->second.secret && prompt.type == "line"}));
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

// On a thread of its own: nothing here reads or writes the store.
fleet::Result<Outputs> make(const ScriptSetup& scripts, const GeneratorDecl& decl, const Inputs& inputs) {
  Outputs kept;
  for (const auto& [name, prompt] : decl.prompts)
    if (prompt.persist) {
      FLEET_TRY_ASSIGN(kept[name], SecretBytes::copy(inputs.prompts.at(name).span()));
    }
  if (!decl.builtin.isNil()) {
    FLEET_TRY_ASSIGN(auto made, generateBuiltin(decl.builtin, inputs, age::systemRandom()));
    for (auto& [file, value] : made) kept.insert_or_assign(file, std::move(value));
    return kept;
  }
  if (decl.script && !decl.scope.empty())
    return age::error("VARS70", "scripts of exports cannot be run: no machine says which packages they have",
                      "use a generator of fleetd's own (`builtin`), or declare it on a machine with `share = true`");
  if (decl.script) {
    std::vector<std::string> files, answered;
    for (const auto& [file, kind] : decl.files) files.push_back(file);
    for (const auto& [name, value] : kept) answered.push_back(name);
    return scripts.run(decl.place, inputs, answered, files);
  }
  return kept;
}

// Nothing is stored unless everything was made; the files of a generator come into the store together.
fleet::Result<void> storeAll(Request& request, const GeneratorDecl& decl, const Outputs& outputs) {
  for (const auto& [file, kind] : decl.files)
    if (!outputs.contains(file)) {
      std::string made;
      for (const auto& [name, value] : outputs) made += (made.empty() ? "what it makes: " : ", ") + name;
      return age::error("VARS71", "it did not make `" + file + "`",
                        made.empty() ? "give the generator a `builtin`, a `script`, or a prompt with `persist`" : made);
    }
  for (const bool secret : {true, false})
    for (const auto& [file, kind] : decl.files)
      if (kind.secret == secret) FLEET_TRY(storeFile(request, decl, file, outputs.at(file)));
  FLEET_TRY(request.store.writeHash(decl.place, decl.validationHash));
  return request.store.writeDefinition(decl.place, decl.definitionHash);
}

// What became of each generator, to be told in the order of the plan whatever the order they finished in.
class Run {
 public:
  explicit Run(Request& request) : request_(request) {}

  fleet::Result<fleet::Value> run() {
    FLEET_TRY_ASSIGN(plan_.order, toRun(request_.declarations, request_.store, request_.wanted));
    askEverything();
    const std::set<std::string> all(plan_.order.begin(), plan_.order.end());
    for (const auto& place : plan_.order)
      for (const auto& name : declOf(place).dependencies)
        if (const auto* needed = dependencyOf(request_.declarations, declOf(place), name);
            needed && all.contains(needed->place))
          plan_.needs[place].push_back(needed->place);
    Schedule schedule;
    schedule.prepare = [this](const std::string& place) { return prepare(place); };
    schedule.store = [this](std::vector<Finished> finished) { return store(std::move(finished)); };
    schedule.skip = [this](const std::string& place) {
      problems_.emplace(place, age::error("", "it depends on one that failed"));
    };
    schedule.run(plan_, std::max(1u, std::thread::hardware_concurrency()));
    return answer();
  }

 private:
  const GeneratorDecl& declOf(const std::string& place) const { return request_.declarations.at(place); }

  void askEverything() {
    for (const auto& place : plan_.order) {
      auto asked = askAll(request_, declOf(place));
      if (asked)
        answers_[place] = *std::move(asked);
      else
        problems_.emplace(place, std::move(asked).error());
    }
  }

  fleet::Result<Work> prepare(const std::string& place) {
    if (const auto problem = problems_.find(place); problem != problems_.end()) return problem->second;
    const GeneratorDecl& decl = declOf(place);
    FLEET_TRY_ASSIGN(auto inputs, inputsOf(request_, decl, std::move(answers_[place])));
    const auto shared = std::make_shared<Inputs>(std::move(inputs));
    return Work([&scripts = request_.scripts, &decl, shared] { return make(scripts, decl, *shared); });
  }

  // As many as are there in one transaction: a sync of the disk costs more than all the rest.
  std::vector<std::string> store(std::vector<Finished> finished) {
    std::vector<std::string> failed, stored;
    const auto fails = [&](const std::string& place, fleet::Error error) {
      problems_.emplace(place, std::move(error));
      failed.push_back(place);
    };
    const auto flush = [&] {
      std::vector<std::string> messages;
      for (const auto& place : stored) messages.push_back(messageOf(place));
      // One line, as the journal keeps it.
      const std::string message =
          messages.size() == 1 ? messages.front() : "vars: update " + std::to_string(stored.size()) + " generators";
      const auto done = stored.empty() ? fleet::Result<void>() : request_.store.commit(message);
      for (const auto& place : stored)
        if (done)
          made_.insert(place);
        else
          fails(place, done.error());
      stored.clear();
      request_.store.begin();
    };
    request_.store.begin();
    for (auto& one : finished) {
      const auto mark = request_.store.mark();
      auto done = one.outputs ? storeAll(request_, declOf(one.place), *one.outputs)
                              : fleet::Result<void>(std::move(one.outputs).error());
      if (done) {
        stored.push_back(one.place);
      } else {
        request_.store.rewind(mark);
        fails(one.place, std::move(done).error());
      }
      if (request_.store.pendingBytes() > kBatchBytes) flush();
    }
    flush();
    request_.store.abandon();
    return failed;
  }

  std::string messageOf(const std::string& place) const {
    const GeneratorDecl& decl = declOf(place);
    return "vars: update via generator " + decl.name + " (" +
           (!decl.scope.empty()    ? "export: " + decl.scope
            : decl.machine.empty() ? "shared"
                                   : "machine: " + decl.machine) +
           ")";
  }

  fleet::Value answer() {
    Answer answer;
    std::vector<std::string> messages;
    fleet::List made;
    for (const auto& place : plan_.order) {
      if (made_.contains(place)) {
        made.push_back(place);
        answer.add("made " + place);
        messages.push_back(messageOf(place));
      }
      if (const auto problem = problems_.find(place); problem != problems_.end()) {
        const fleet::Error shown = about(declOf(place), problem->second);
        answer.problem(shown.message + (shown.code.empty() ? "" : " [" + shown.code + "]"), shown.hint);
      }
    }
    answer.set("made", std::move(made));
    answer.commit(commitMessage(messages), request_.store.takeTouched());
    return answer.value();
  }

  static constexpr std::size_t kBatchBytes = 16 << 20;
  Request& request_;
  Plan plan_;
  std::map<std::string, Answers> answers_;
  std::map<std::string, fleet::Error> problems_;
  std::set<std::string> made_;
};

}  // namespace

fleet::Result<void> storeFile(Request& request, const GeneratorDecl& decl, const std::string& file,
                              const SecretBytes& value) {
  const auto kind = decl.files.find(file);
  if (kind == decl.files.end()) return age::error("VARS60", decl.place + " has no file `" + file + "`");
  if (!kind->second.secret) return request.store.writePublic(decl.place, file, value.text());
  return request.store.writeSecret(decl.place, file, value, request.audienceOf(decl, kind->second));
}

fleet::Result<fleet::Value> scriptsToRun(const Request& request) {
  FLEET_TRY_ASSIGN(const auto order, toRun(request.declarations, request.store, request.wanted));
  fleet::List out;
  for (const auto& place : order) {
    const GeneratorDecl& decl = request.declarations.at(place);
    if (decl.script && decl.builtin.isNil() && decl.scope.empty())
      out.push_back(fleet::Attrs{{"generator", decl.name}, {"machine", *decl.machines.begin()}, {"place", decl.place}});
  }
  return fleet::Value(fleet::Attrs{{"scripts", std::move(out)}});
}

fleet::Result<fleet::Value> generate(Request& request) { return Run(request).run(); }

}  // namespace fleetd::vars
