"""Laws of any bytes: ``hold(data)`` returns, or raises what libFuzzer reports."""
