// What a request says about running scripts.
#pragma once
#include <map>
#include <string>

#include <fleet/cxx/value.hpp>

#include "plugins/vars/script/run.hpp"

namespace fleetd::vars {

struct ScriptSetup {
  std::map<std::string, Script> scripts;  // by place
  Sandbox sandbox;                        // `directory`: where private directories are made
  ScriptLimits limits;
  std::string problem, hint;  // why there are none

  // Errors: VARS70 when there is no such script, and those of runScript().
  fleet::Result<Outputs> run(const std::string& place, const Inputs& inputs, const std::vector<std::string>& kept,
                             const std::vector<std::string>& files) const;
};

ScriptSetup readScriptSetup(const fleet::Value& request);

}  // namespace fleetd::vars
