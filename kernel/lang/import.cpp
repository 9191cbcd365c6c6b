// Files: parsing once, importing once, expressions from the command line; and deep evaluation.
#include <sys/stat.h>

#include <unordered_set>

#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/read_log.hpp"

namespace fleetd::lang {

namespace {

std::string_view directoryOf(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos || slash == 0 ? std::string_view("/") : path.substr(0, slash);
}

bool isDirectory(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

// The first problem of a file as an error value; the fleet level reports all of them.
Value problemOf(Evaluator& ev, const ParsedFile& file) {
  if (file.problems.empty()) return ev.failText(ErrorKind::Syntax, file.source->base, "nothing could be parsed");
  const base::Diagnostic& first = file.problems.front();
  ErrorKind kind = ErrorKind::Syntax;
  if (first.message.starts_with("undefined variable")) kind = ErrorKind::UndefinedVariable;
  if (first.message.find("already defined at") != std::string::npos) kind = ErrorKind::DuplicateAttr;
  const Value error =
      ev.failText(kind, first.span.begin, first.message, first.notes.empty() ? "" : first.notes.front());
  error.error->end = first.span.end;
  return error;
}

Value unreadable(Evaluator& ev, const base::Error& why) {
  return ev.failText(why.code == base::Code::FL0004 ? ErrorKind::TooLarge : ErrorKind::File, 0, why.message, why.hint);
}

}  // namespace

const ParsedFile* Evaluator::parseFile(const std::string& path, Value* error) {
  if (auto it = parsed_.find(path); it != parsed_.end()) {
    if (!it->second->ok()) {
      *error = problemOf(*this, *it->second);
      return nullptr;
    }
    return it->second.get();
  }
  ReadLog::note(path);
  auto source = sources_.load(path);
  if (!source) {
    *error = unreadable(*this, source.error());
    return nullptr;
  }
  auto parsed = parse(**source, directoryOf(path), symbols_, BaseScope{globalNames_});
  const ParsedFile* file = parsed.get();
  parsed_.emplace(path, std::move(parsed));
  if (onParsed) onParsed(*file);
  if (!file->ok()) {
    *error = problemOf(*this, *file);
    return nullptr;
  }
  return file;
}

Value Evaluator::evalFile(const std::string& given) {
  std::string path = given;
  // One with the name of a file mostly is one.
  const bool named = path.ends_with(".nix");
  if (!named && isDirectory(path)) path += path.back() == '/' ? "default.nix" : "/default.nix";
  if (auto it = imports_.find(path); it != imports_.end()) {
    ReadLog::note(path);
    return force(it->second);
  }
  Value error;
  const ParsedFile* file = parseFile(path, &error);
  if (!file) return named && isDirectory(path) ? evalFile(path + "/default.nix") : error;
  // A cell, so that a file that imports itself is a reported cycle, and so that the value outlives the arena in use.
  base::Arena* outer = arena_;
  useArena(&own_);
  auto* data = own_.make<std::pair<const Expr*, Env*>>(file->root, nullptr);
  const Value cell = nativeThunk(
      [](Evaluator& ev, void* raw) {
        auto* code = static_cast<std::pair<const Expr*, Env*>*>(raw);
        return ev.eval(code->first, code->second);
      },
      data);
  imports_.emplace(path, cell);
  const Value result = force(cell);
  useArena(outer);
  return result;
}

Value Evaluator::evalScoped(const std::string& path, Bindings* scope) {
  ReadLog::note(path);
  auto source = sources_.load(path);
  if (!source) return unreadable(*this, source.error());
  std::vector<Symbol> names;
  for (const Attr& attr : *scope) names.push_back(attr.name);
  BaseScope base{globalNames_};
  base.frames.push_back(std::move(names));
  texts_.push_back(parse(**source, directoryOf(path), symbols_, base));
  const ParsedFile& file = *texts_.back();
  if (onParsed) onParsed(file);
  if (!file.ok()) return problemOf(*this, file);
  Env* env = newEnv(nullptr, scope->size);
  for (std::uint32_t i = 0; i < scope->size; ++i) env->slots[i] = scope->items[i].value;
  return eval(file.root, env);
}

Value Evaluator::evalText(std::string label, std::string text, std::string baseDir) {
  auto source = sources_.add(std::move(label), std::move(text));
  if (!source) return unreadable(*this, source.error());
  texts_.push_back(parse(**source, baseDir, symbols_, BaseScope{globalNames_}));
  const ParsedFile& file = *texts_.back();
  if (onParsed) onParsed(file);
  if (!file.ok()) return problemOf(*this, file);
  // Whoever gives a text keeps its value for longer than the arena in use.
  base::Arena* outer = arena_;
  useArena(&own_);
  const Value result = eval(file.root, nullptr);
  useArena(outer);
  return result;
}

namespace {

// Sets may contain themselves, as derivations do; from some depth on what was met is remembered.
constexpr std::uint32_t kTrustedDepth = 8;

}  // namespace

struct Evaluator::Deep {
  std::uint32_t depth = 0;
  std::unordered_set<const void*> seen;

  bool met(Value v) {
    if (depth < kTrustedDepth) return false;
    const void* identity = v.is(Tag::Attrs) ? static_cast<const void*>(v.attrs) : v.elements;
    return !seen.insert(identity).second;
  }
};

Value Evaluator::forceDeep(Value v) {
  Deep deep;
  return forceDeep(v, deep);
}

Value Evaluator::forceDeep(Value v, Deep& deep) {
  v = force(v);
  if (!v.is(Tag::List) && !v.is(Tag::Attrs)) return v;
  if (deep.met(v)) return v;
  Value error;
  if (!enter(0, &error)) return error;
  ++deep.depth;
  Value first = v;
  if (v.is(Tag::List)) {
    for (const Value& element : v.list()) {
      const Value forced = forceDeep(element, deep);
      if (!forced.isError()) continue;
      first = forced;
      break;
    }
  } else {
    for (Attr* attr : sortedByName(v.attrs)) {
      const Value forced = forceDeep(attr->value, deep);
      if (!forced.isError()) continue;
      first = addFrame(forced, attr->pos,
                       arena().copy(fmt::format("while evaluating the attribute '{}'", this->text(attr->name))));
      break;
    }
  }
  --deep.depth;
  leave();
  return first;
}

}  // namespace fleetd::lang
