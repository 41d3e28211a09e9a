"""Reads and presses what programs describe on the accessibility bus, as a screen reader does.

One command a line on standard input: "tree" prints "role<TAB>name" of everything and then an empty line; "press NAME" does
the first action of what has that name, and prints "done" or "none", then an empty line; "place NAME" prints where on the
screen it is, as "x y width height", or nothing, then an empty line; "focused" prints the name of what has the keyboard, or
nothing, then an empty line.
"""

import re
import sys

import dbus

ROOT = "/org/a11y/atspi/accessible/root"
ACCESSIBLE = "org.a11y.atspi.Accessible"
FOCUSED = 12
SKIPPED_ROLES = {34}  # the menu bar: nothing below it is asked for here
ROW, OF_BYTES = 90, re.compile(r"[0-9a-f]{8,} ")  # nor below a row of bytes

session = dbus.SessionBus()
status = dbus.Interface(session.get_object("org.a11y.Bus", "/org/a11y/bus"), "org.freedesktop.DBus.Properties")
for name in ("IsEnabled", "ScreenReaderEnabled"):
    status.Set("org.a11y.Status", name, dbus.Boolean(True, variant_level=1))
address = dbus.Interface(session.get_object("org.a11y.Bus", "/org/a11y/bus"), "org.a11y.Bus").GetAddress()
bus = dbus.bus.BusConnection(address)


def ask(node, interface, method, *arguments):
    return bus.call_blocking(node[0], node[1], interface, method, *arguments)


def children(node):
    try:
        found = ask(node, ACCESSIBLE, "GetChildren", "", ())
    except dbus.DBusException:
        return []
    return [(str(name), str(path)) for name, path in found]


def nodes():
    """Everything with its role and name; without what goes away meanwhile."""
    waiting = children(("org.a11y.atspi.Registry", ROOT))[::-1]
    while waiting:
        node = waiting.pop()
        try:
            role = int(ask(node, ACCESSIBLE, "GetRole", "", ()))
            name = str(ask(node, "org.freedesktop.DBus.Properties", "Get", "ss", (ACCESSIBLE, "Name")))
        except dbus.DBusException:
            continue
        yield node, role, name
        if role not in SKIPPED_ROLES and not (role == ROW and OF_BYTES.match(name)):
            waiting.extend(children(node)[::-1])


def press(wanted):
    for node, _, name in nodes():
        if name == wanted:
            try:
                if ask(node, "org.a11y.atspi.Action", "DoAction", "i", (0,)):
                    return True
            except dbus.DBusException:
                pass
    return False


def place(wanted):
    for node, _, name in nodes():
        if name == wanted:
            try:
                return ask(node, "org.a11y.atspi.Component", "GetExtents", "u", (0,))
            except dbus.DBusException:
                pass
    return ()


def focused():
    for node, _, name in nodes():
        try:
            if int(ask(node, ACCESSIBLE, "GetState", "", ())[0]) >> FOCUSED & 1:
                return name
        except dbus.DBusException:
            pass
    return ""


for line in sys.stdin:
    command, _, argument = line.rstrip("\n").partition(" ")
    if command == "tree":
        for _, role, name in nodes():
            print(role, " ".join(name.split()), sep="\t")
    elif command == "focused":
        name = " ".join(focused().split())
        if name:
            print(name)
    elif command == "press":
        print("done" if press(argument) else "none")
    elif command == "place":
        where = place(argument)
        if where:
            print(*where)
    print(flush=True)
