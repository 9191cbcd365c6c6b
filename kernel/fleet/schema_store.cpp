// Schemas on disk.
#include "kernel/fleet/schema_store.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "kernel/base/file.hpp"

namespace fleetd::fleet {

namespace {

std::string cacheDirectory() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache && cache[0] == '/') return std::string(cache) + "/fleetd/schema";
  const char* home = std::getenv("HOME");
  return home && home[0] == '/' ? std::string(home) + "/.cache/fleetd/schema" : std::string();
}

}  // namespace

SchemaStore::SchemaStore(std::string root) : root_(std::move(root)), directory_(cacheDirectory()) {
  if (!directory_.empty()) directory_ += "/" + base::blake2b(root_).hex().substr(0, 32);
}

std::string SchemaStore::pathOf(std::string_view klass, SchemaOrigin origin) const {
  if (directory_.empty()) return {};
  return fmt::format("{}/{}.{}", directory_, klass, origin == SchemaOrigin::Structured ? "structured" : "imported");
}

base::Hash256 SchemaStore::keyNow(std::string_view source) const {
  base::Blake2b hash;
  const auto lock = base::readFile(root_ + "/flake.lock");
  hash.field(lock ? *lock : std::string());
  hash.field(source);
  const auto file = source.empty() ? Result<std::string>(std::string()) : base::readFile(std::string(source));
  hash.field(file ? *file : std::string());
  return hash.finish();
}

std::unique_ptr<SchemaStore::Opened> SchemaStore::open(std::string_view klass, SchemaOrigin origin,
                                                       base::Diagnostics& diagnostics) const {
  const std::string path = pathOf(klass, origin);
  if (!base::isRegularFile(path)) return nullptr;
  auto out = std::make_unique<Opened>();
  const auto failed = [&](const Error& error) {
    base::Diagnostic d = base::Diagnostic::from(error);
    d.severity = base::Severity::Warning;
    d.file = path;
    diagnostics.add(std::move(d));
    return nullptr;
  };
  auto file = base::MappedFile::open(path);
  if (!file) return failed(file.error());
  out->file = *std::move(file);
  const auto schema = Schema::read(out->file.bytes());
  if (!schema) return failed(schema.error());
  out->schema = *schema;
  if (origin == SchemaOrigin::Imported || out->schema.key() == keyNow(out->schema.source())) return out;
  base::Diagnostic d;
  d.code = base::Code::FL0564;
  d.severity = base::Severity::Note;
  d.message = fmt::format("the schema of class {} was made for other inputs", klass);
  d.notes.emplace_back("make it anew with `fleetd schema sync`");
  diagnostics.add(std::move(d));
  return nullptr;
}

const Schema* SchemaStore::of(std::string_view klass, base::Diagnostics& diagnostics) {
  auto found = opened_.find(klass);
  if (found == opened_.end()) {
    std::unique_ptr<Opened> opened;
    if (!directory_.empty()) {
      opened = open(klass, SchemaOrigin::Structured, diagnostics);
      if (!opened) opened = open(klass, SchemaOrigin::Imported, diagnostics);
    }
    found = opened_.emplace(std::string(klass), std::move(opened)).first;
  }
  return found->second ? &found->second->schema : nullptr;
}

Result<void> SchemaStore::write(std::string_view klass, SchemaContent content) {
  if (directory_.empty())
    return Error{base::Code::FL0903,
                 "there is no place for schemas: neither XDG_CACHE_HOME nor HOME is an absolute path",
                 "",
                 {}};
  const std::string path = pathOf(klass, content.origin);
  FLEETD_TRY_ASSIGN(const std::string bytes, writeSchema(std::move(content)));
  FLEETD_TRY(base::makeDirs(directory_, 0700));
  FLEETD_TRY(base::writeFileAtomic(path, bytes, 0644, base::Durability::Volatile));
  opened_.erase(std::string(klass));
  return {};
}

}  // namespace fleetd::fleet
