// Which files code can read, as its text says: path literals and what is done with them. Nothing is evaluated.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

// What is found is told to this. Every way to a file that exists must be told, or unknown() must be.
class ReadSink {
 public:
  enum class Use : std::uint8_t {
    Content,  // imported, read, or copied to the store
    Value,    // goes on as a value, to whoever takes it
  };
  virtual ~ReadSink() = default;
  virtual void path(std::string_view absolute, Use use, base::Pos at) = 0;
  // Something below a directory.
  virtual void below(std::string_view directory, base::Pos at) = 0;
  // A variable of code that ran, as a whole or what a path of names leads to in it.
  virtual void variable(lang::Value value, const std::vector<base::Symbol>& path, base::Pos at) = 0;
  // An argument that modules are given under this name.
  virtual void argument(base::Symbol name, const std::vector<base::Symbol>& path, base::Pos at) = 0;
  virtual bool isArgument(base::Symbol name) const = 0;
  // Code that reads what cannot be told.
  virtual void unknown(std::string why, base::Pos at) = 0;
  virtual bool done() const = 0;  // nothing more is wanted
  // The path that an expression gives, where all its variables have values.
  virtual std::optional<std::string> evaluated(const lang::Expr* expr, lang::Env* env) = 0;
  // Whether paths that are computed in a list of modules are known by their values.
  virtual bool modulesAreKnown() const = 0;
};

// Walks `expr`. `env` holds the variables it does not bind itself; null for the text of a file. `inner`: frames
// between the two that do not exist because the code around did not run.
void findReads(lang::Evaluator& ev, const lang::Expr* expr, lang::Env* env, std::uint32_t inner, ReadSink& sink);

}  // namespace fleetd::fleet
