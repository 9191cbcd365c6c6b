// What a standard stream is connected to.
#pragma once

namespace fleetd::base {

bool isTerminal(int fd);
// Columns of the terminal behind `fd`, else $COLUMNS, else 80. Between 20 and 500.
unsigned terminalWidth(int fd);
// Whether to colour what is written to `fd`: a terminal other than "dumb", unless NO_COLOR is set and not
// empty.
bool wantsColor(int fd);

}  // namespace fleetd::base
