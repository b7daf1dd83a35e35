"""What a job does, in the browser's Python: see job.py. Run by engine.mjs, never imported on the host."""

import ast
import importlib.util
import json
import marshal
import types
import zipfile

from compression import zstd

JOB = "/job/"

# The oldest date that a zip can hold: an archive's bytes depend on nothing but its files.
EPOCH = (1980, 1, 1, 0, 0, 0)

# PEP 552: tied to its source by hash.
BY_HASH = 0b01
CHECKED = 0b10

DENSEST = {
    zstd.CompressionParameter.compression_level: 22,
    zstd.CompressionParameter.checksum_flag: 1,
}


def main() -> None:
    with open(f"{JOB}job.json", encoding="utf-8") as file:
        job = json.load(file)
    errors = []
    for each in job["compilations"]:
        errors += compile_archive(**each)
    for each in job["compressions"]:
        with open(JOB + each["file"], "rb") as file, open(JOB + each["to"], "wb") as to:
            window = {zstd.CompressionParameter.window_log: each["window_log"]}
            to.write(zstd.compress(file.read(), options={**DENSEST, **window}))
    with open(f"{JOB}done.json", "w", encoding="utf-8") as file:
        json.dump(errors, file)


def compile_archive(  # noqa: PLR0917 - passed by name
    number: int, archive: str, to: str, root: str, lean: bool, package: bool, checked: bool
) -> list[dict[str, object]]:
    """Writes an archive anew, with bytecode in the place of its Python files; returns the syntax errors."""
    errors = []
    files = {}
    with zipfile.ZipFile(JOB + archive) as sources:
        for name in sorted(sources.namelist()):
            content = sources.read(name)
            if name.endswith(".py"):
                try:
                    compiled = bytecode(content, root + name, lean, checked)
                except (SyntaxError, ValueError) as error:
                    errors.append({"task": number, **told(error, name)})
                else:
                    files[f"{name}c"] = compiled
            else:
                files[name] = content
    (write_package if package else write_zip)(JOB + to, files)
    return errors


def write_zip(path: str, files: dict[str, bytes]) -> None:
    """A stored zip, for Python to import from."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)


def write_package(path: str, files: dict[str, bytes]) -> None:
    """What static/loader/dependencies.js unpacks: paths and lengths, then the contents."""
    index = json.dumps([[name, len(content)] for name, content in files.items()]).encode()
    with open(path, "wb") as file:
        file.write(len(index).to_bytes(4, "little") + index)
        file.writelines(files.values())


def bytecode(source: bytes, filename: str, lean: bool, checked: bool) -> bytes:
    tree = ast.parse(source, filename)
    if lean:
        drop_docstrings(tree)
        drop_annotations(tree)
    code = compile(tree, filename, "exec", dont_inherit=True, optimize=0)
    return b"".join(
        (
            importlib.util.MAGIC_NUMBER,
            (BY_HASH | CHECKED if checked else BY_HASH).to_bytes(4, "little"),
            importlib.util.source_hash(source),
            marshal.dumps(with_first_lines(code) if lean else code),
        )
    )


def drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(ast.Constant(str())), *rest]:
                    node.body = rest or [ast.Pass(lineno=1, col_offset=0)]


def drop_annotations(tree: ast.Module) -> None:
    """Those of functions; a decorator may read them, as singledispatch's does, and so may whatever makes a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list:
            node.returns = None
            of = node.args
            for argument in (*of.posonlyargs, *of.args, *of.kwonlyargs, of.vararg, of.kwarg):
                if argument is not None:
                    argument.annotation = None


# Of an entry of a code object's table of locations (CPython's InternalDocs/code_objects.md): a line and no columns, for
# up to eight of the code's units of two bytes.
LINE_ONLY = 0b1_1101_000
SAME_LINE = b"\0"


def with_first_lines(code: types.CodeType) -> types.CodeType:
    """The code, whose every instruction says that it is of its function's first line.

    Where each line is, is a tenth of all bytecode, and tells little where nobody has the source.
    """
    full, rest = divmod(len(code.co_code) // 2, 8)
    table = (bytes([LINE_ONLY | 7]) + SAME_LINE) * full
    if rest:
        table += bytes([LINE_ONLY | rest - 1]) + SAME_LINE
    constants = tuple(
        with_first_lines(each) if isinstance(each, types.CodeType) else each
        for each in code.co_consts
    )
    return code.replace(co_linetable=table, co_consts=constants)


def told(error: SyntaxError | ValueError, name: str) -> dict[str, object]:
    line = error.lineno if isinstance(error, SyntaxError) else None
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return {"path": name, "line": line, "message": text}


main()
