// Values as XML: builtins.toXML.
#pragma once
#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// A string, an error, or Stuck when something inside is unknown.
Value writeXml(Evaluator& ev, Value v);

}  // namespace fleetd::lang
