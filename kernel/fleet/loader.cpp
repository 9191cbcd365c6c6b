// Opening a fleet: which kind it is, evaluating its description, and the sources it was made of.
#include "kernel/fleet/loader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/compose/compose.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/fleet/discovery.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/read_log.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using lang::Tag;
using lang::Value;

constexpr std::size_t kMaxReasons = 8;
constexpr char kStoreDirectory[] = "/nix/store";  // another one would need other binaries from everybody

Error failed(lang::Evaluator& ev, const Value& error) {
  const base::Diagnostic d = ev.diagnostic(*error.error);
  // fleetd's own texts are no place a person can look at.
  const base::Location at = d.span ? ev.sources().locate(d.span.begin) : base::Location{};
  const bool own = at.file && at.file->name.starts_with("fleetd:");
  // Without a place it is the description as a whole that is wrong.
  const base::Code code = d.span || d.code != base::Code::FL0204 ? d.code : base::Code::FL0502;
  return {code, d.message, d.notes.empty() ? "" : d.notes.front(), own ? Span{} : d.span};
}

bool isSyntax(base::Code code) {
  return code == base::Code::FL0101 || code == base::Code::FL0005 || code == base::Code::FL0205 ||
         code == base::Code::FL0207;
}

}  // namespace

Loader::Loader(Fleet& fleet, const std::vector<InputOverride>& overrides, base::Diagnostics& diagnostics)
    : fleet_(fleet), overrides_(overrides), ev_(fleet.evaluator()), diagnostics_(diagnostics) {}

void Loader::report(Value error, std::string_view host) {
  base::Diagnostic d = ev_.diagnostic(*error.error);
  d.host = host;
  diagnostics_.add(std::move(d));
}

Result<void> Loader::run() {
  // Outlives the loader: files are read when hosts are composed, too. fleetd's own texts are no files of the fleet.
  ev_.onParsed = [fleet = &fleet_, diagnostics = &diagnostics_](const lang::ParsedFile& file) {
    if (file.source->name.starts_with('/')) fleet->noteRead(file.source->name);
    for (const base::Diagnostic& problem : file.problems) diagnostics->add(problem);
  };
  fleet_.intrinsics_->inventory.tell(&diagnostics_);
  const lang::ReadLog log(fleet_.intrinsics_->reads);
  ev_.onTrace = [diagnostics = &diagnostics_](std::string_view line) {
    base::Diagnostic d;
    d.code = base::Code::FL0217;
    d.severity = base::Severity::Warning;
    d.message = line;
    diagnostics->add(std::move(d));
  };
  if (base::isRegularFile(fleet_.root_ + "/flake.nix")) {
    fleet_.kind_ = Kind::Flake;
    auto opened = openFlake();
    if (!opened && isSyntax(opened.error().code)) parseTheRest();
    FLEETD_TRY(std::move(opened));
  } else {
    fleet_.kind_ = base::isRegularFile(fleet_.root_ + "/fleet.json") ? Kind::FleetJson : Kind::Modules;
    FLEETD_TRY(openRepository());
  }
  finish();
  return {};
}

// Evaluation stops at the first file that cannot be parsed; one run tells of all.
void Loader::parseTheRest() {
  const auto files = nixFiles(fleet_.root_ + "/modules", Selection::Modules);
  if (!files) return;
  for (const std::string& file : *files) {
    Value error;
    static_cast<void>(ev_.parseFile(file, &error));
  }
}

// Outputs that another flake makes, or a flake module that is not here: what is known of them.
Value Loader::knownOutputs(Value outputs) {
  const auto names = lang::knownNames(ev_, outputs);
  if (names) return Value::of(names->known);
  base::Diagnostic d;
  d.code = base::Code::FL0502;
  d.severity = base::Severity::Warning;
  d.message = fmt::format("the outputs of flake.nix are made by `{}`, which cannot be read here",
                          lang::printUnknown(ev_, outputs, 3));
  d.notes.emplace_back("hosts of this flake are only known to Nix");
  diagnostics_.add(std::move(d));
  return Value::of(ev_.newBindings(0));
}

Result<void> Loader::openFlake() {
  const std::string lockPath = fleet_.root_ + "/flake.lock";
  if (base::isRegularFile(lockPath)) {
    auto text = base::readFile(lockPath);
    if (!text) return std::move(text).error();
    auto lock = Lock::parse(*text, lockPath);
    if (!lock) return std::move(lock).error();
    fleet_.lock_ = std::make_unique<Lock>(std::move(lock).value());
  }
  const Lock* lock = fleet_.lock_.get();
  FLEETD_TRY_ASSIGN(InputSources sources, InputSources::make(overrides_, kStoreDirectory, lock));
  fleet_.inputs_ = std::make_unique<Inputs>(*fleet_.intrinsics_, lock, std::move(sources), diagnostics_);
  Value self;
  Value outputs = fleet_.inputs_->evalFlake(fleet_.root_, lock ? &lock->root() : nullptr, &self);
  if (outputs.isError()) return failed(ev_, outputs);
  if (!outputs.is(Tag::Attrs) && !outputs.isUnknown())
    return Error{base::Code::FL0502,
                 fmt::format("the outputs of flake.nix are {}", ev_.typeName(outputs)),
                 "a flake's outputs are a set",
                 {}};
  if (outputs.isUnknown()) outputs = knownOutputs(outputs);
  fleet_.outputs_ = outputs;
  fleet_.intrinsics_->self = self;
  collect(outputs, "nixosConfigurations", "nixos");
  collect(outputs, "darwinConfigurations", "darwin");
  collect(outputs, "homeConfigurations", "home");
  collectPackagedHomes(outputs);
  if (const lang::Attr* hive = outputs.attrs->find(ev_.symbol("colmenaHive"))) {
    const Value nodes = ev_.selectOr(hive->value, ev_.symbol("nodes"), Value::of(ev_.newBindings(0)), hive->pos);
    if (nodes.is(Tag::Attrs))
      for (const lang::Attr* attr : ev_.sortedByName(nodes.attrs)) addHost(*attr, "nixos", "colmena");
  } else if (const lang::Attr* colmena = outputs.attrs->find(ev_.symbol("colmena"))) {
    const Value hive2 =
        ev_.call(ev_.select(fleet_.intrinsics_->part("deploy"), ev_.symbol("hive"), 0), colmena->value, colmena->pos);
    const Value nodes = hive2.isError() ? hive2 : ev_.select(hive2, ev_.symbol("nodes"), colmena->pos);
    if (nodes.isError())
      report(nodes);
    else if (nodes.is(Tag::Attrs))
      for (const lang::Attr* attr : ev_.sortedByName(nodes.attrs)) addHost(*attr, "nixos", "colmena");
  }
  collectAggregates(outputs);
  tellMissing(outputs);
  return {};
}

std::string Loader::fileText(Value raw) {
  const Value name = ev_.force(raw);
  if (!name.is(Tag::String) && !name.is(Tag::Path)) return "flake.nix";
  std::string_view text = name.string();
  if (text.starts_with(fleet_.root_ + "/")) text.remove_prefix(fleet_.root_.size() + 1);
  return std::string(text);
}

// What may define hosts and could not be read. A fleet without any host is worth a warning then.
void Loader::tellMissing(Value outputs) {
  std::vector<std::string> reasons;
  const Value native = ev_.selectOr(fleet_.intrinsics_->levelF, ev_.symbol("_fleetdEvaluation"), Value::null(), 0);
  if (native.is(Tag::Native)) {
    const auto& knowledge = static_cast<compose::Evaluation*>(native.native)->knowledge;
    for (const auto* list : {knowledge.imports, knowledge.definitions})
      for (const auto* one = list; one && reasons.size() < kMaxReasons; one = one->next)
        reasons.push_back(fmt::format("`{}`, which {} uses, is not known here", lang::printUnknown(ev_, one->value, 3),
                                      fileText(one->file ? one->file->raw : Value::null())));
  }
  for (const std::string_view name : {"colmenaHive", "colmena"})
    if (const lang::Attr* hive = outputs.attrs->find(ev_.symbol(name)))
      if (const Value v = ev_.force(hive->value); v.isUnknown())
        reasons.push_back(fmt::format("`{}` is made by `{}`", name, lang::printUnknown(ev_, v, 3)));
  if (reasons.empty()) return;
  std::reverse(reasons.begin(), reasons.end());
  base::Diagnostic d;
  d.code = base::Code::FL0517;
  d.severity = fleet_.hosts_.empty() ? base::Severity::Warning : base::Severity::Note;
  d.message = fleet_.hosts_.empty() ? "no host was found, but there may be some that only Nix knows"
                                    : "there may be more hosts than those found";
  d.notes = std::move(reasons);
  d.notes.emplace_back("`fleetd check --override-input NAME=DIR` reads an input from a directory");
  diagnostics_.add(std::move(d));
}

Result<void> Loader::openRepository() {
  const std::string jsonPath = fleet_.root_ + "/fleet.json";
  std::future<Result<std::unique_ptr<NamedHosts>>> named;
  if (fleet_.kind_ == Kind::FleetJson) named = readNamedHosts(jsonPath);
  const std::string modules = fleet_.root_ + "/modules";
  std::vector<std::string> files;
  if (base::isDirectory(modules)) {
    auto found = nixFiles(modules, Selection::Modules);
    if (!found) return std::move(found).error();
    files = std::move(found).value();
  }
  lang::ReadLog::note(modules);
  auto list = ev_.newList(static_cast<std::uint32_t>(files.size()));
  for (std::size_t i = 0; i < files.size(); ++i) list[i] = ev_.path(files[i]);
  const Value repository = fleet_.intrinsics_->part("repository");
  if (repository.isError()) return failed(ev_, repository);
  const Value result = ev_.call(repository,
                                ev_.attrs({{"directory", ev_.path(fleet_.root_)},
                                           {"files", Value::list(list)},
                                           {"withClan", Value::of(fleet_.kind_ == Kind::Modules)}}),
                                0);
  if (result.isError()) return failed(ev_, result);
  const Value outputs = ev_.select(result, ev_.symbol("outputs"), 0);
  if (outputs.isError()) return failed(ev_, outputs);
  fleet_.outputs_ = outputs;
  if (fleet_.kind_ == Kind::FleetJson) {
    FLEETD_TRY_ASSIGN(const auto hosts, named.get());
    FLEETD_TRY(addNamedHosts(outputs, jsonPath, *hosts));
  } else {
    collect(outputs, "nixosConfigurations", "nixos");
    collect(outputs, "darwinConfigurations", "darwin");
    collect(outputs, "homeConfigurations", "home");
  }
  collectAggregates(outputs);
  return {};
}

void Loader::finish() {
  const auto rank = [](const std::string& klass) { return klass == "nixos" ? 0 : klass == "darwin" ? 1 : 2; };
  std::stable_sort(fleet_.hosts_.begin(), fleet_.hosts_.end(), [&](const Host& a, const Host& b) {
    return std::pair(rank(a.klass), std::string_view(a.name)) < std::pair(rank(b.klass), std::string_view(b.name));
  });
}

}  // namespace fleetd::fleet
