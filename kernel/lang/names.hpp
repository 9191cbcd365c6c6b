// Names the evaluator and the module system look up often, interned once.
#pragma once
#include "kernel/base/symbol.hpp"

namespace fleetd::lang {

// FLEETD_NAME(member, "text")
// clang-format off
#define FLEETD_NAMES(X)                                                                                                       \
  X(type, "_type") X(functor, "__functor") X(toString, "__toString") X(outPath, "outPath") X(drvType, "type") X(overrides, "__overrides") \
  X(name, "name") X(value, "value") X(key, "key") X(imports, "imports") X(options, "options") X(config, "config")              \
  X(freeformType, "freeformType") X(disabledModules, "disabledModules") X(file, "_file") X(fileArg, "file") X(klass, "_class")  \
  X(module, "_module") X(args, "args") X(check, "check") X(specialArgs, "specialArgs") X(lib, "lib") X(pkgs, "pkgs")           \
  X(content, "content") X(contents, "contents") X(condition, "condition") X(priority, "priority") X(meta, "meta")              \
  X(right, "right") X(wrong, "wrong") X(success, "success") X(startSet, "startSet") X(op, "operator") X(self, "self")           \
  X(functionArgs, "__functionArgs") X(description, "description") X(merge, "merge") X(apply, "apply") X(defaultValue, "default") \
  X(message, "message") X(assertion, "assertion") X(assertions, "assertions") X(warnings, "warnings") X(inputs, "inputs")      \
  X(prefix, "prefix") X(line, "line") X(column, "column") X(flake, "flake") X(modules, "modules") X(osConfig, "osConfig")       \
  X(system, "system") X(require, "require") X(empty, "") X(nativeType, "__native") X(platform, "_fleetdPlatform") X(subtree, "_fleetdSubtree")
// clang-format on

struct Names {
#define FLEETD_NAME_MEMBER(member, text) base::Symbol member;
  FLEETD_NAMES(FLEETD_NAME_MEMBER)
#undef FLEETD_NAME_MEMBER
  explicit Names(base::SymbolTable& symbols)
      :
#define FLEETD_NAME_INIT(member, text) member(symbols.intern(text)),
        FLEETD_NAMES(FLEETD_NAME_INIT)
#undef FLEETD_NAME_INIT
            last_(0) {
  }

 private:
  int last_;
};

}  // namespace fleetd::lang
