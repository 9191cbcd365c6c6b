// Composing a host, counting what is known of it, and printing it.
#include "kernel/fleet/configuration.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "kernel/base/suggest.hpp"
#include "kernel/compose/cohort.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/fleet/missing_arguments.hpp"
#include "kernel/fleet/missing_paths.hpp"
#include "kernel/fleet/schema_store.hpp"
#include "kernel/fleet/value_text.hpp"
#include "kernel/lang/to_json.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using compose::Evaluation;
using lang::Tag;
using lang::Value;

// The aggregates among the modules that took part, in the order they were imported.
std::vector<std::string> aggregatesIn(Evaluation& e, std::string_view klass) {
  std::vector<std::string> out;
  const std::string mark = fmt::format("#modules.{}.", klass);
  for (auto it = e.collected.rbegin(); it != e.collected.rend(); ++it) {
    const std::string file = e.c->fileName((*it)->file);
    const auto at = file.rfind(mark);
    if (at == std::string::npos) continue;
    std::string name = file.substr(at + mark.size());
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

// A module that does not exist and that no other module imports is one the host lists itself.
void placeMissingFile(base::Diagnostic& d, const Host& host) {
  if (d.code != base::Code::FL0002 || d.span || !d.file.empty()) return;
  d.span = host.place;
  if (d.span) d.notes.emplace_back("among the modules of the host that is defined here");
}

// Whether the error says only that a file does not parse. Its problems were told of when it was read.
bool isOfParsing(lang::Evaluator& ev, const lang::EvalError& error) {
  if (error.kind != lang::ErrorKind::Syntax && error.kind != lang::ErrorKind::UndefinedVariable &&
      error.kind != lang::ErrorKind::DuplicateAttr)
    return false;
  const base::SourceFile* file = ev.sources().fileOf(error.pos);
  Value problem;
  return file && file->name.starts_with('/') && !ev.parseFile(file->name, &problem);
}

}  // namespace

// Homes inside a host import aggregates, too, so every evaluation the host led to is asked.
void Fleet::countAggregates(const Host& host, Evaluation* evaluation) {
  if (!evaluation) return;
  for (Evaluation* e = evaluation->c->evaluations; e && e != evaluation->made; e = e->made)
    for (const compose::Module* module : e->collected)
      countAggregate(host, compose::aggregateIn(e->c->fileName(module->file)));
}

void Fleet::countAggregate(const Host& host, std::string_view aggregate) {
  if (aggregate.empty() || !isOwn(host)) return;
  const auto index = static_cast<std::uint32_t>(&host - hosts_.data());
  auto found = importers_.find(aggregate);
  if (found == importers_.end()) found = importers_.try_emplace(std::string(aggregate)).first;
  std::vector<std::uint32_t>& hosts = found->second;
  // Hosts mostly come in their order, and often more than once.
  if (hosts.empty() || hosts.back() < index)
    hosts.push_back(index);
  else if (const auto at = std::lower_bound(hosts.begin(), hosts.end(), index); *at != index)
    hosts.insert(at, index);
}

std::vector<std::string> Fleet::importedBy(const Host& host) const {
  std::vector<std::string> out;
  const auto index = static_cast<std::uint32_t>(&host - hosts_.data());
  for (const auto& [aggregate, hosts] : importers_)
    if (std::binary_search(hosts.begin(), hosts.end(), index)) out.push_back(aggregate);
  std::sort(out.begin(), out.end());
  return out;
}

bool Fleet::isOwn(const Host& host) const { return &host >= hosts_.data() && &host < hosts_.data() + hosts_.size(); }

const std::vector<Aggregate>& Fleet::aggregates() {
  for (Aggregate& aggregate : aggregates_)
    if (const auto found = importers_.find(aggregate.klass + "." + aggregate.name); found != importers_.end())
      aggregate.hosts = found->second.size();
  return aggregates_;
}

// What is known of a host only once it is composed.
void Fleet::noteComposed(const Host& host, const Host& composed) {
  if (!isOwn(host)) return;
  Host& own = hosts_[static_cast<std::size_t>(&host - hosts_.data())];
  own.aggregates = composed.aggregates;
  own.system = composed.system;
}

std::unique_ptr<ComposedHost> Fleet::compose(const Host& host, base::Diagnostics& diagnostics) {
  lang::Evaluator& ev = *evaluator_;
  const bool open = kind_ != Kind::FleetJson;
  const Value request = ev.attrs({{"class", ev.string(host.klass)},
                                  {"modules", host.modules},
                                  {"specialArgs", host.specialArgs},
                                  {"system", host.system.empty() ? Value::null() : ev.string(host.system)},
                                  {"open", Value::of(open)}});
  const Value made = ev.call(intrinsics_->part("evalHost"), request, 0);
  Evaluation* evaluation = nullptr;
  if (made.isError()) {
    base::Diagnostic d = ev.diagnostic(*made.error);
    placeMissingFile(d, host);
    d.host = host.name;
    diagnostics.add(std::move(d));
  } else if (const Value native = ev.selectOr(made, ev.symbol("_fleetdEvaluation"), Value::null(), 0);
             native.is(Tag::Native)) {
    evaluation = static_cast<Evaluation*>(native.native);
  }
  auto out = std::make_unique<HostConfiguration>(*this, host, evaluation, diagnostics);
  countAggregates(host, evaluation);
  noteComposed(host, out->host());
  return out;
}

HostConfiguration::HostConfiguration(Fleet& fleet, const Host& host, Evaluation* evaluation,
                                     base::Diagnostics& diagnostics)
    : fleet_(fleet), ev_(fleet.evaluator()), host_(host), evaluation_(evaluation), diagnostics_(diagnostics) {
  tree_.kind = ConfigNode::Kind::Record;
  if (!evaluation_) {
    ++counts_.problems;
    return;
  }
  // One mistake shows in every option computed from it, and a cycle in each option on it: each is told of once.
  std::set<std::tuple<base::Pos, std::string, std::string>> told;
  ConfigWalker walker(
      *evaluation_->c,
      [&](const lang::EvalError& error, const std::string& path) {
        if (isOfParsing(ev_, error)) {
          ++counts_.problems;
          return;
        }
        base::Diagnostic d = ev_.diagnostic(error);
        placeMissingFile(d, host_);
        const std::string about = error.kind == lang::ErrorKind::InfiniteRecursion ? std::string() : d.option;
        if ((!about.empty() || d.span || error.kind == lang::ErrorKind::InfiniteRecursion) &&
            !told.emplace(error.kind == lang::ErrorKind::InfiniteRecursion ? 0 : d.span.begin, about, d.message).second)
          return;
        d.host = host_.name;
        if (d.option.empty()) d.option = path;
        if (d.severity == base::Severity::Error) ++counts_.problems;
        diagnostics_.add(std::move(d));
      },
      [&](const ConfigWalker::Undeclared& found) { reportUndeclared(found); });
  if (fleet_.schemas()) walker.useSchema([&](Evaluation& e) { return listing(e); });
  tree_ = walker.walk(*evaluation_, false);
  counts_.definitions = walker.definitions();
  for (const ConfigNode& child : tree_.children) countNode(ev_, child, counts_);
  for (auto* opaque = evaluation_->knowledge.imports; opaque; opaque = opaque->next) ++counts_.opaque;
  if (const auto found = aggregatesIn(*evaluation_, host_.klass == "home" ? "homeManager" : host_.klass);
      !found.empty())
    host_.aggregates = found;
  if (host_.system.empty()) {
    const Value platform = ev_.call(ev_.select(fleet_.intrinsics().kernel(), ev_.symbol("hostPlatform"), 0),
                                    compose::visibleConfig(*evaluation_), 0);
    if (platform.is(Tag::String)) host_.system = platform.string();
  }
  tellMissingArguments(ev_, *evaluation_, host_, diagnostics_);
  tellMissingPaths(ev_, tree_, fleet_.root(), host_, diagnostics_);
  // Without a platform, an option of that name is the fleet's own affair.
  if (compose::isOpen(*evaluation_)) checkAssertions();
}

void HostConfiguration::reportUndeclared(const ConfigWalker::Undeclared& found) {
  base::Diagnostic d;
  d.code = found.imported ? base::Code::FL0560 : found.maybe ? base::Code::FL0403 : base::Code::FL0402;
  d.severity = base::info(d.code).severity;
  d.message = found.imported ? fmt::format("the option `{}` is not in the imported list of options", found.path)
                             : fmt::format("the option `{}` does not exist", found.path);
  if (found.bySchema && !found.imported && !found.maybe)
    d.notes.emplace_back("the stored schema has every option of the modules this host imports");
  d.option = found.path;
  d.host = host_.name;
  const compose::Def& first = found.defs.front();
  const std::string_view name = std::string_view(found.path).substr(found.path.rfind('.') + 1);
  if (first.pos != 0)
    d.span = {first.pos, first.pos + static_cast<base::Pos>(name.size())};
  else
    d.file = evaluation_->c->fileName(first.file);
  for (const compose::Def& def : found.defs.subspan(1))
    if (def.pos != 0)
      d.labels.push_back({{def.pos, def.pos + static_cast<base::Pos>(name.size())}, "also defined here"});
  const std::string prefix = found.path.substr(0, found.path.size() - name.size());
  std::vector<std::string> siblings;
  for (const std::string& sibling : found.siblings) siblings.push_back(prefix + compose::showOptionPart(sibling));
  const std::vector<std::string_view> candidates(siblings.begin(), siblings.end());
  const auto nearest = base::nearestNames(found.path, candidates, 3, std::max<std::size_t>(2, name.size() / 3));
  if (!nearest.empty()) d.notes.push_back(base::didYouMean(nearest));
  // A name beside it that is nearly the same tells of a slip of the pen rather than of a module that cannot be read.
  if (d.code == base::Code::FL0403 && !nearest.empty()) d.severity = base::Severity::Warning;
  if (d.severity == base::Severity::Error) ++counts_.problems;
  diagnostics_.add(std::move(d));
}

// The schema of the evaluation's class. Only one that Nix made and that covers all imports which cannot be read here is
// sure of what it does not have.
ConfigWalker::Listing HostConfiguration::listing(Evaluation& e) {
  using What = ConfigWalker::Listing::What;
  const Value klass = ev_.force(e.klass);
  if (!klass.is(Tag::String)) return {};
  ConfigWalker::Listing out;
  out.schema = fleet_.schemas()->of(klass.string() == "homeManager" ? "home" : klass.string(), diagnostics_);
  if (!out.schema) return {};
  if (out.schema->origin() == SchemaOrigin::Imported) {
    out.what = What::Imported;
    return out;
  }
  if (e.knowledge.declarations) out.what = What::Some;
  const auto covered = out.schema->covered();
  for (const auto* opaque = e.knowledge.imports; opaque; opaque = opaque->next)
    if (!std::binary_search(covered.begin(), covered.end(), lang::printUnknown(ev_, opaque->value)))
      out.what = What::Some;
  return out;
}

// Entries of `assertions` and `warnings`. Only what is known to be false is a finding.
void HostConfiguration::checkAssertions() {
  for (const ConfigNode& node : tree_.children) {
    const std::string_view name = ev_.text(node.name);
    if (node.kind != ConfigNode::Kind::Leaf || !node.value.is(Tag::List)) continue;
    if (name == "warnings") {
      for (const Value& element : node.value.list()) {
        const Value text = ev_.force(element);
        if (!text.is(Tag::String)) continue;
        base::Diagnostic d;
        d.code = base::Code::FL0513;
        d.severity = base::Severity::Warning;
        d.message = std::string(text.string());
        d.host = host_.name;
        diagnostics_.add(std::move(d));
      }
    }
    if (name != "assertions") continue;
    for (const Value& element : node.value.list()) {
      const Value entry = ev_.force(element);
      if (!entry.is(Tag::Attrs)) continue;
      Value holds;
      const bool assumed =
          ev_.tracksAssumed([&] { holds = ev_.selectOr(entry, ev_.names().assertion, Value::of(true), 0); });
      if (!holds.isFalse() || assumed) continue;
      const Value message = ev_.selectOr(entry, ev_.names().message, Value::text("an assertion does not hold"), 0);
      base::Diagnostic d;
      d.code = base::Code::FL0512;
      d.message = message.is(Tag::String) ? std::string(message.string()) : ev_.show(message);
      d.host = host_.name;
      if (const lang::Attr* attr = entry.attrs->find(ev_.names().assertion); attr && attr->pos)
        d.span = {attr->pos, attr->pos + 9};
      ++counts_.problems;
      diagnostics_.add(std::move(d));
    }
  }
}

std::vector<std::string> HostConfiguration::homes() {
  // Users that nobody defines have no homes, so defaults of the platform need not be looked through.
  const ConfigNode* users = &tree_;
  for (const std::string_view name : {"home-manager", "users"}) {
    const auto next = std::find_if(users->children.begin(), users->children.end(),
                                   [&](const ConfigNode& child) { return ev_.text(child.name) == name; });
    if (next == users->children.end()) return {};
    users = &*next;
  }
  std::vector<std::string> out;
  for (const ConfigNode& child : users->children) out.emplace_back(ev_.text(child.name));
  return out;
}

const ConfigNode& HostConfiguration::treeWithDefaults() {
  if (!withDefaults_) {
    ConfigWalker walker(
        *evaluation_->c, [](const lang::EvalError&, const std::string&) {}, [](const ConfigWalker::Undeclared&) {});
    withDefaults_ = std::make_unique<ConfigNode>(walker.walk(*evaluation_, true));
  }
  return *withDefaults_;
}

Result<const ConfigNode*> HostConfiguration::find(const std::string& path, bool defaults) {
  FLEETD_TRY_ASSIGN(const auto parts, parseOptionPath(path));
  const ConfigNode* node = defaults && evaluation_ ? &treeWithDefaults() : &tree_;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const ConfigNode* next = nullptr;
    std::vector<std::string_view> names;
    for (const ConfigNode& child : node->children) {
      names.push_back(ev_.text(child.name));
      if (names.back() == parts[i]) next = &child;
    }
    if (!next) {
      if (!defaults && evaluation_) return find(path, true);
      const auto best = base::nearestNames(parts[i], names, 3, 3);
      return Error{base::Code::FL0420,
                   fmt::format("{} has no `{}`", host_.name, path),
                   best.empty() ? "" : base::didYouMean(best),
                   {}};
    }
    node = next;
  }
  return node;
}

namespace {

void textOf(lang::Evaluator& ev, const ConfigNode& node, const std::string& path, std::string& out) {
  if (node.kind == ConfigNode::Kind::Record && !node.children.empty()) {
    for (const ConfigNode& child : node.children) textOf(ev, child, joinPath(path, ev.text(child.name)), out);
    return;
  }
  std::string text = node.kind == ConfigNode::Kind::Record ? "{ }" : node.endless ? "{ … }" : valueText(ev, node.value);
  const bool unknown = !node.endless && node.kind == ConfigNode::Kind::Leaf && hasUnknown(ev, node.value);
  out += path.empty() ? text : path + " = " + text;
  out += unknown ? "  # unknown\n" : node.assumed ? "  # assumed\n" : "\n";
}

}  // namespace

Result<void> HostConfiguration::writeJson(base::JsonWriter& out, const std::string& path, bool defaults) {
  FLEETD_TRY_ASSIGN(const ConfigNode* node, find(path, defaults));
  return writeNode(ev_, *node, out);
}

Result<std::string> HostConfiguration::text(const std::string& path, bool defaults) {
  FLEETD_TRY_ASSIGN(const ConfigNode* node, find(path, defaults));
  std::string out;
  textOf(ev_, *node, path, out);
  return out;
}

}  // namespace fleetd::fleet
