// Following values, then files.
#include "kernel/fleet/read_search.hpp"

#include <tuple>

#include <fmt/format.h>

#include "kernel/compose/type.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/lang/read_log.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

using lang::Tag;
using lang::Unknown;
using lang::UnknownOp;
using lang::Value;

namespace {

constexpr std::size_t kMostSteps = 200'000;

}  // namespace

const void* identity(Value v) {
  switch (v.tag) {
    case Tag::Thunk: return v.thunk;
    case Tag::Attrs: return v.attrs;
    case Tag::List: return v.aux > 0 ? v.elements : nullptr;
    case Tag::Lambda: return v.closure;
    case Tag::PrimApp: return v.app;
    case Tag::Unknown: return v.unknown;
    default: return nullptr;
  }
}

void ReadSearch::useRequests(const std::unordered_map<const void*, const Host*>& requests, const Host* own) {
  requests_ = &requests;
  own_ = own;
}

void ReadSearch::useKnown(const KnownValues& known, Value self) {
  known_ = &known;
  self_ = self;
}

void ReadSearch::addArguments(Value set) {
  if (set.is(Tag::Attrs))
    for (const lang::Attr& attr : *set.attrs) arguments_.insert_or_assign(attr.name.id, attr.value);
}

void ReadSearch::value(Value v, base::Pos at) {
  if (done()) return;
  if (++steps_ > kMostSteps) return unknown("there is too much to follow", at);
  if (const void* id = identity(v)) {
    if (isKnown(id, {}, at)) return;
    if (requests_)
      if (const auto it = requests_->find(id); it != requests_->end() && it->second != own_)
        return unknown(fmt::format("the configuration of {} may be read", it->second->name), at);
    if (!seen_.insert(id).second) return;
  }
  switch (v.tag) {
    case Tag::String:
      if (v.string().find(root_) != std::string_view::npos) unknown("the place of the fleet is used as text", at);
      return;
    case Tag::Path: return path(v.string(), Use::Value, at);
    case Tag::List:
      for (const Value& element : v.list()) value(element, at);
      return;
    case Tag::Attrs:
      for (const lang::Attr& attr : *v.attrs) value(attr.value, attr.pos ? attr.pos : at);
      return;
    case Tag::Lambda: return code(v.closure->lambda, v.closure->env);
    case Tag::PrimApp:
      for (std::uint32_t i = 0; i < v.app->count; ++i) value(v.app->args[i], at);
      return;
    case Tag::Unknown: return unknownValue(*v.unknown, at);
    case Tag::Native: return native(*v.native, at);
    case Tag::Thunk: return thunk(*v.thunk, at);
    default: return;
  }
}

bool ReadSearch::request(Value v) {
  if (!v.is(Tag::Thunk)) return false;
  seen_.insert(v.thunk);
  if (v.thunk->expr) {
    code(v.thunk->expr, v.thunk->env);
    return true;
  }
  const auto* call = lang::asLazyCall(*v.thunk);
  if (!call) return false;
  value(call->fn);
  for (const Value& arg : call->args) value(arg);
  return true;
}

void ReadSearch::addModulePath(Value element) {
  const Value v = ev_.force(element);
  if (v.is(Tag::Path))
    if (const auto name = relative(std::string(v.string()))) modulePaths_.insert(*name);
}

void ReadSearch::module(Value element) {
  const Value v = ev_.force(element);
  if (v.is(Tag::Path)) return path(v.string(), Use::Content, 0);
  value(element);
}

void ReadSearch::forgetSeen() {
  seen_.clear();
  followed_.clear();
  walked_.clear();
}

void ReadSearch::addRead(const std::string& path) {
  const auto name = relative(path);
  if (!name) return;
  if (name->empty()) {
    reads.names.insert("");
    return;
  }
  if (isLinked(*name)) return unknown(fmt::format("{} is a link", *name), 0);
  if (isTree(*name))
    reads.names.insert(*name);
  else
    addFile(*name, by_ == By::Text);
}

void ReadSearch::follow() {
  while (!done() && (!queue_.empty() || !asked_.empty())) {
    if (!queue_.empty()) {
      const std::string path = std::move(queue_.back());
      queue_.pop_back();
      const lang::ParsedFile* file = parse_(path);
      if (!file) {
        reads.all = true;
        reads.why = fmt::format("{} cannot be parsed", path);
        return;
      }
      place_ = path;
      findReads(ev_, file->root, nullptr, kAllInside, *this);
      continue;
    }
    const Asked one = std::move(asked_.back());
    asked_.pop_back();
    place_.clear();
    asker_ = {one.place, one.at};
    if (const auto it = arguments_.find(one.name.id); it != arguments_.end()) variable(it->second, one.path, 0);
    asker_ = {};
  }
}

void ReadSearch::text(const lang::ParsedFile& file, const std::string& label) {
  place_ = label;
  trusted_ = true;
  findReads(ev_, file.root, nullptr, kAllInside, *this);
  trusted_ = false;
}

void ReadSearch::path(std::string_view absolute, Use use, base::Pos at) {
  const auto name = relative(std::string(absolute));
  if (!name) {
    // A place outside is none of the tree's, unless it is meant from inside of it.
    if (absolute.starts_with("~/") || root_.starts_with(std::string(absolute) + "/"))
      unknown(fmt::format("{} is outside", absolute), at);
    return;
  }
  if (name->empty()) return unknown("all of the fleet is used", at);
  if (isLinked(*name)) return unknown(fmt::format("{} is a link", *name), at);
  const bool isNix = name->ends_with(".nix");
  if (use == Use::Value && !isNix && !trusted_ && !modulePaths_.contains(*name))
    return unknown(fmt::format("{} goes on as a path, to whoever takes it", *name), at);
  if (isTree(*name)) return below(absolute, at);
  addFile(*name, isNix);
}

void ReadSearch::below(std::string_view directory, base::Pos at) {
  const auto name = relative(std::string(directory));
  if (!name) return;
  if (name->empty()) return unknown("any file of the fleet may be meant", at);
  if (isLinked(*name)) return unknown(fmt::format("{} is a link", *name), at);
  reads.trees.insert(*name);
  if (!walked_.insert(*name).second) return;
  for (auto it = files_.lower_bound(*name + "/"); it != files_.end() && it->first.starts_with(*name + "/"); ++it) {
    if (it->second) return unknown(fmt::format("{} is a link", it->first), at);
    if (it->first.ends_with(".nix")) addFile(it->first, true);
  }
}

void ReadSearch::unknown(std::string why, base::Pos at) {
  if (reads.all) return;
  reads.all = true;
  reads.why = std::move(why);
  at_ = at;
  if (at == 0 && place_.empty()) std::tie(place_, at_) = asker_;
}

std::optional<std::string> ReadSearch::evaluated(const lang::Expr* expr, lang::Env* env) {
  const Value v = ev_.force(ev_.eval(expr, env));
  return v.is(Tag::Path) ? std::optional(std::string(v.string())) : std::nullopt;
}

std::optional<std::string> ReadSearch::relative(std::string path) const {
  if (path == root_) return std::string();
  if (!path.starts_with(root_ + "/")) return std::nullopt;
  return path.substr(root_.size() + 1);
}

bool ReadSearch::isTree(const std::string& name) const {
  const auto it = files_.lower_bound(name + "/");
  return it != files_.end() && it->first.starts_with(name + "/");
}

bool ReadSearch::isLinked(const std::string& name) const {
  for (auto slash = name.find('/');; slash = name.find('/', slash + 1)) {
    const auto it = files_.find(name.substr(0, slash));
    if (it != files_.end() && it->second) return true;
    if (slash == std::string::npos) return false;
  }
}

void ReadSearch::addFile(const std::string& name, bool follow) {
  reads.files.insert(name);
  if (follow && name.ends_with(".nix") && files_.contains(name) && followed_.insert(name).second)
    queue_.push_back(name);
}

void ReadSearch::code(const lang::Expr* expr, lang::Env* env) {
  const auto* file = ev_.sources().fileOf(expr->pos);
  if (file && file->name.starts_with('/'))
    if (const auto name = relative(file->name)) addFile(*name, false);
  place_.clear();
  findReads(ev_, expr, env, 0, *this);
}

void ReadSearch::thunk(const lang::Thunk& cell, base::Pos at) {
  if (cell.expr) return code(cell.expr, cell.env);
  if (const auto* call = lang::asLazyCall(cell)) {
    value(call->fn, at);
    for (const Value& arg : call->args) value(arg, at);
    return;
  }
  if (cell.value.is(Tag::Pending) || cell.value.is(Tag::Running)) return unknown("something is not evaluated", at);
  value(cell.value, at);
}

void ReadSearch::unknownValue(const Unknown& u, base::Pos at) {
  if (u.op == UnknownOp::Root && ev_.text(u.name) == "self") return unknown("`self` goes on as a whole", at);
  if (u.op == UnknownOp::StorePath && u.count == 1 && u.args[0].is(Tag::Path))
    return path(u.args[0].string(), Use::Content, at);
  for (const Value& arg : u.operands()) value(arg, at);
}

void ReadSearch::native(const lang::NativeObject& object, base::Pos at) {
  const std::string_view kind = object.kind;
  if (kind != kIntrinsicsKind && kind != compose::kTypeKind)
    unknown("something that fleetd evaluates by itself may read files", at);
}

}  // namespace fleetd::fleet
