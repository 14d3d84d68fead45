/** The cheapest program that draws as many cells with the same library: one line of them changes each second. */
import {Box, render, Text, useWindowSize} from 'ink'
import {createElement, useEffect, useState} from 'react'

function Screen() {
  const {columns, rows} = useWindowSize()
  const [time, setTime] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTime((now) => now + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  const lines = Array.from({length: rows - 1}, (_, row) =>
    createElement(Text, {key: row}, `${row === 0 ? time : row}`.padEnd(columns - 1, '.')),
  )
  return createElement(Box, {flexDirection: 'column'}, lines)
}

// Without `interactive`, the library draws nothing before the end where the variable CI is set, even in a terminal.
render(createElement(Screen), {
  alternateScreen: true,
  incrementalRendering: true,
  interactive: true,
  maxFps: 15,
})
