"""Hand a process its columns by reference: one pointer instead of hundreds of arguments.

A NamedTuple of columns is passed by value in compiled code: every call spells out every field, and the compiler then
takes minutes. Inside the compiled day the tuple lies once in memory and a pointer to it travels. Processes are compiled
without reference counting (see :func:`sim.compiled.jit`), so the pointer must not outlive the call that made it.
Interpreted, the tuples themselves are handed on, and both see the same names.
"""

from __future__ import annotations

from typing import Any

from sim.compiled import interpreted


def by_pointer(columns: Any) -> Any:
    """The same columns by reference; in compiled code a pointer to a copy of the tuple, interpreted the tuple."""
    return columns


def _compiled_form() -> Any:
    """Teach the compiler a pointer to a tuple whose fields are read by name."""
    from numba.core import cgutils, types
    from numba.core.datamodel.models import PrimitiveModel
    from numba.core.imputils import impl_ret_borrowed
    from numba.core.typing.templates import AttributeTemplate
    from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, register_model

    class ColumnsPointer(types.Type):
        def __init__(self, columns: Any) -> None:
            self.columns = columns
            super().__init__(name=f"ColumnsPointer({columns.name})")

        @property
        def key(self) -> Any:
            return self.columns

    @register_model(ColumnsPointer)
    class _Model(PrimitiveModel):  # type: ignore[misc]
        def __init__(self, manager, kind) -> None:  # type: ignore[no-untyped-def]
            pointed = manager[kind.columns].get_value_type()
            super().__init__(manager, kind, pointed.as_pointer())

    @infer_getattr
    class _Fields(AttributeTemplate):  # type: ignore[misc]
        key = ColumnsPointer

        def generic_resolve(self, kind, name):  # type: ignore[no-untyped-def]
            if name in kind.columns.fields:
                return kind.columns.types[kind.columns.fields.index(name)]
            return None

    @lower_getattr_generic(ColumnsPointer)
    def _read(context, builder, kind, pointer, name):  # type: ignore[no-untyped-def]
        at = kind.columns.fields.index(name)
        value = builder.load(cgutils.gep_inbounds(builder, pointer, 0, at))
        return impl_ret_borrowed(context, builder, kind.columns.types[at], value)

    @intrinsic
    def pointer_to(typing_context, columns):  # type: ignore[no-untyped-def]
        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            return cgutils.alloca_once_value(builder, arguments[0])

        return ColumnsPointer(columns)(columns), generate

    return ColumnsPointer, pointer_to


if not interpreted:
    ColumnsPointer, by_pointer = _compiled_form()
