"""Measurements as a reader expects them in either system of units."""


def temperature(degrees: float, units: str) -> str:
    return f"{round(degrees)} °{'F' if units == 'imperial' else 'C'}"


def speed(value: float, units: str) -> str:
    return f"{round(value)} {'mph' if units == 'imperial' else 'm/s'}"
